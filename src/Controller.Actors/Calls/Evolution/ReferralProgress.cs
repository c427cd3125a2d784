using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;

namespace Controller.Actors.Calls.Evolution;

/// <summary>Subscriptions that REFERs made.</summary>
internal static class ReferralProgress
{
    public static CallState Started(CallState state, CallEvent.ReferralStarted e) => state with { Referrals = state.Referrals.Add(e.Referral) };

    public static CallState Extended(CallState state, CallEvent.ReferralExtended e) => state.OfReferrer(e.Leg, e.CSeq) is { } referral
        ? state with { Referrals = state.Referrals.Replace(referral, referral with { ExpiresAt = e.ExpiresAt }) }
        : state;

    public static CallState Ended(CallState state, CallEvent.ReferralEnded e) => state.OfReferrer(e.Leg, e.CSeq) is { } referral
        ? state with { Referrals = state.Referrals.Remove(referral) }
        : state;
}
