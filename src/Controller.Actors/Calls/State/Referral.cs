using System.Collections.Immutable;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.State;

/// <summary>
/// The subscription that a REFER made (RFC 3515 section 2.4.4): a usage of the dialog of its own, which outlives the session (RFC 5057 section 4.2).
/// As long as it lasts, its NOTIFYs cross.
/// </summary>
/// <param name="Leg">Whose REFER it was: who is notified.</param>
/// <param name="CSeq">Of that REFER: its id in Event towards the referrer (section 2.4.6).</param>
/// <param name="Notifier">The leg that the REFER went on to.</param>
/// <param name="NotifierCSeq">Of the REFER there: its id in Event there.</param>
public sealed record Referral(int Leg, uint CSeq, int Notifier, uint NotifierCSeq, Instant ExpiresAt);

/// <summary>The subscriptions of a call.</summary>
public static class Referrals
{
    /// <summary>As long as a REFER is waited for, and then the first NOTIFY.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(64);

    /// <summary>A subscription whose NOTIFY says no time, and at most what one may last after the call.</summary>
    public static readonly TimeSpan Most = TimeSpan.FromMinutes(3);

    /// <summary>More than a party ever has at a time.</summary>
    public const int Limit = 8;

    /// <summary>Methods of the subscription usage, as far as a call has one.</summary>
    public static bool Concern(SipMethod method) => method is SipMethod.Refer or SipMethod.Notify or SipMethod.Subscribe;

    /// <param name="id">Of the Event header; null if it has none: then the newest is meant.</param>
    public static Referral? OfNotifier(this CallState state, int leg, uint? id) =>
        state.Referrals.LastOrDefault(referral => referral.Notifier == leg && (id is null || referral.NotifierCSeq == id));

    public static Referral? OfReferrer(this CallState state, int leg, uint? id) =>
        state.Referrals.LastOrDefault(referral => referral.Leg == leg && (id is null || referral.CSeq == id));

    /// <summary>The call is over: none lasts longer than <see cref="Most"/>.</summary>
    public static ImmutableArray<Referral> Bounded(this ImmutableArray<Referral> referrals, Instant end) => referrals.IsEmpty
        ? referrals
        : [.. referrals.Select(referral => referral with { ExpiresAt = Instant.Earlier(referral.ExpiresAt, end.After(Most)) })];
}
