using System.Globalization;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sharding.Model;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Uris;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// REFER within a call (RFC 3515), and the subscription that it makes: both cross to the other side, with every name in them ours. The subscription
/// outlives the session: NOTIFYs cross after the BYE as well.
/// </summary>
internal static class Referring
{
    public static void Accept(Turn turn, SipMessage request, string key, Leg leg, uint number)
    {
        int refusal = number == leg.RemoteCSeq ? 500 : request.Method == SipMethod.Refer ? ReferRefusal(turn, request, leg) : 0;
        uint? id = null;
        Referral? referral = null;
        if (refusal == 0 && request.Method != SipMethod.Refer)
        {
            refusal = Find(turn.State, request, leg, out referral, out id);
        }

        if (refusal != 0)
        {
            turn.Send(Responses.Destination(request, leg.Flow), Answers.Own(request, leg, "", refusal));
            return;
        }

        if (request.Method == SipMethod.Refer && turn.Settings.ReferPolicyOf(leg.Realm, leg.Trunk) == ReferPolicy.Terminate)
        {
            Transferring.Begin(turn, request, key, leg, number);
            return;
        }

        Leg other = referral is null ? turn.State.Opposite(leg) : turn.State.Legs[request.Method == SipMethod.Notify ? referral.Leg : referral.Notifier];
        uint cseq = other.LocalCSeq + 1;
        Crossing over = turn.Crossing(leg, other);
        turn.Happened(new CallEvent.RequestAccepted(turn.Now, leg.Number, key, request.Method, number, Responses.Destination(request, leg.Flow), request.Raw.ToArray()));
        DialogRequests.Send(
            turn, other, request.Method,
            (branch, own) => referral is null
                ? ReferralRequests.Refer(over, branch, own, request, ReferredNames.ReferTo(turn.Secret, over, request))
                : ReferralRequests.OfReferral(over, branch, own, request, id is null ? null : request.Method == SipMethod.Notify ? referral.CSeq : referral.NotifierCSeq),
            peer: key);
        if (request.Method == SipMethod.Refer)
        {
            // 2.4.4: NOTIFYs may come before the 202.
            turn.Happened(new CallEvent.ReferralStarted(new Referral(leg.Number, number, other.Number, cseq, turn.Now.After(Referrals.First))));
        }
        else if (request.Method == SipMethod.Notify)
        {
            Told(turn, referral!, request);
        }
    }

    private static int ReferRefusal(Turn turn, SipMessage refer, Leg leg)
    {
        if (turn.State.Phase == CallPhase.Ended || leg.State == LegState.Terminated)
        {
            // RFC 5407 section 3.3.3: a REFER that crossed a BYE: "MUST send a 481 response".
            return 481;
        }

        if (turn.State.Phase != CallPhase.Established || turn.State.HeldAnswer() >= 0 || !turn.State.IsParty(leg) || turn.State.Referrals.Length >= Referrals.Limit)
        {
            return 500;
        }

        // 2.4.2: "An agent responding to a REFER method MUST return a 400 (Bad Request) if the request contained zero or more than one Refer-To header field values."
        if (refer.Count(HeaderId.ReferTo) != 1 || !NameAddr.TryParse(refer.Value(HeaderId.ReferTo), out NameAddr target) || !SipUri.TryParse(target.Uri, out SipUri uri))
        {
            return 400;
        }

        if (turn.State.Transfer is not null)
        {
            // One at a time: section 2.4.2 leaves it to the agent whether it accepts; when this one is over the next may be.
            return 491;
        }

        if (turn.Settings.ReferPolicyOf(leg.Realm, leg.Trunk) == ReferPolicy.Refuse)
        {
            // 2.4.2: "The agent … MAY … return … a 603 (Decline)" if it does not want to.
            return 603;
        }

        // A resource of another kind could only be named as it is.
        return uri.Scheme == UriScheme.Other ? 416 : 0;
    }

    /// <summary>The subscription that a NOTIFY or a SUBSCRIBE is of. 0, or the status to refuse it with.</summary>
    private static int Find(CallState state, SipMessage request, Leg leg, out Referral? referral, out uint? id)
    {
        ReadOnlySpan<byte> value = request.Value(HeaderId.Event);
        referral = null;
        id = Id(value);
        int semicolon = value.IndexOf((byte)';');
        if (!System.Text.Ascii.EqualsIgnoreCase((semicolon < 0 ? value : value[..semicolon]).Trim((byte)' '), "refer"u8))
        {
            // RFC 6665 section 4.2.1.1 and 4.1.3: an event package that is not known here.
            return 489;
        }

        referral = request.Method == SipMethod.Notify ? state.OfNotifier(leg.Number, id) : state.OfReferrer(leg.Number, id);

        // RFC 6665 section 4.1.3: "If no matching subscription exists, the NOTIFY … is responded to with a 481".
        return referral is null ? 481 : 0;
    }

    private static uint? Id(ReadOnlySpan<byte> value)
    {
        int at = value.IndexOf((byte)';');
        while (at >= 0)
        {
            value = value[(at + 1)..];
            at = value.IndexOf((byte)';');
            ReadOnlySpan<byte> parameter = (at < 0 ? value : value[..at]).Trim((byte)' ');
            int equals = parameter.IndexOf((byte)'=');
            if (equals > 0 && System.Text.Ascii.EqualsIgnoreCase(parameter[..equals].Trim((byte)' '), "id"u8)
                && uint.TryParse(parameter[(equals + 1)..].Trim((byte)' '), NumberStyles.None, CultureInfo.InvariantCulture, out uint id))
            {
                return id;
            }
        }

        return null;
    }

    /// <summary>RFC 6665 section 4.1.3: Subscription-State says how long the subscription lasts, or that it is over.</summary>
    private static void Told(Turn turn, Referral referral, SipMessage notify)
    {
        string[] told = Latin1.Text(notify.Value(HeaderId.SubscriptionState)).Split(';', StringSplitOptions.TrimEntries);
        if (told[0].Equals("terminated", StringComparison.OrdinalIgnoreCase))
        {
            turn.Happened(new CallEvent.ReferralEnded(referral.Leg, referral.CSeq));
            return;
        }

        string? expires = told.FirstOrDefault(parameter => parameter.StartsWith("expires=", StringComparison.OrdinalIgnoreCase));
        TimeSpan lasts = uint.TryParse(expires?["expires=".Length..], NumberStyles.None, CultureInfo.InvariantCulture, out uint seconds) ? TimeSpan.FromSeconds(seconds) : Referrals.Most;
        Instant at = turn.Now.After(lasts);
        turn.Happened(new CallEvent.ReferralExtended(
            referral.Leg, referral.CSeq, turn.State.EndedAt is { } ended ? Instant.Earlier(at, ended.After(Referrals.Most)) : at));
    }

    /// <summary>After a response was relayed, or none came: what it means for the subscription.</summary>
    /// <param name="response">Null if none came.</param>
    public static void Responded(Turn turn, Transaction client, int status, SipMessage? response)
    {
        if (client.Method == SipMethod.Refer && turn.State.OfNotifier(client.Leg, client.CSeq) is { } made)
        {
            // RFC 4488 section 4: "If the recipient supports the extension and is willing to process the REFER transaction without establishing an implicit
            // subscription, it MUST insert the "Refer-Sub" header field set to "false" in the 2xx response".
            bool none = response is not null && response.Value(HeaderId.ReferSub).StartsWith("false"u8);
            if (status >= 300 || (status >= 200 && none))
            {
                turn.Happened(new CallEvent.ReferralEnded(made.Leg, made.CSeq));
            }
        }
        else if (client.Method == SipMethod.Notify && status is 481 or 408 && turn.State.OfReferrer(client.Leg, Id(SipMessage.Copy(client.Request.Span).Value(HeaderId.Event))) is { } told)
        {
            // RFC 6665 section 4.2.2: a NOTIFY that times out or is answered 481: "the notifier MUST remove the corresponding subscription".
            turn.Happened(new CallEvent.ReferralEnded(told.Leg, told.CSeq));
        }
    }

    /// <summary>Subscriptions whose time is over are forgotten.</summary>
    public static void Expire(Turn turn)
    {
        foreach (Referral referral in turn.State.Referrals)
        {
            if (referral.ExpiresAt <= turn.Now)
            {
                turn.Happened(new CallEvent.ReferralEnded(referral.Leg, referral.CSeq));
            }
        }
    }
}
