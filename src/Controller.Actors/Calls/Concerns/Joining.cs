using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Dialogs;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// The second half of a REFER carried out here: the target has answered, the remaining party gets its description by a re-INVITE, the referrer is told
/// and hung up. And how a transfer ends otherwise: the call goes on as before, or, if the referrer has gone, is over.
/// </summary>
internal static class Joining
{
    /// <summary>A 2xx to an INVITE of ours. False: it is none that a transfer waits for.</summary>
    public static bool Answered(Turn turn, Leg leg, SipMessage response)
    {
        if (turn.State.Transfer is not { Answered: 0 } transfer || leg.Number < transfer.FirstLeg || leg.State is not (LegState.Calling or LegState.Early))
        {
            return false;
        }

        Leg remaining = turn.State.Opposite(turn.State.Legs[transfer.Referrer]);
        string contact = Dialogs.ContactUri(response);
        byte[] offer = Dialogs.HasSession(response) ? Relay.Description(response, turn.Crossing(leg, remaining)) : [];
        turn.Happened(new CallEvent.TransferAnswered(
            turn.Now, leg.Number, response.StatusCode, Dialogs.Tag(response.Value(HeaderId.To)), contact.Length > 0 ? contact : leg.RemoteTarget, RouteSets.OfResponse(response), offer,
            PeerCapabilities.Of(response)));
        Answering.SendAck(turn, turn.State.Legs[leg.Number], leg.LocalCSeq);
        Cancellation.CancelOpenLegs(turn, Reasons.CompletedElsewhere);
        if (offer.Length == 0)
        {
            Fail(turn, 488);
        }
        else
        {
            Join(turn);
        }

        return true;
    }

    /// <summary>The remaining party is offered the target's description, as soon as no other offer is under way with it (RFC 3261 section 14.1).</summary>
    private static void Join(Turn turn)
    {
        Transfer transfer = turn.State.Transfer!;
        Leg remaining = turn.State.Opposite(turn.State.Legs[transfer.Referrer]);
        if (!turn.State.Answers.IsEmpty || turn.State.Transactions.Any(t => t.IsPending && t.Leg == remaining.Number && t.Method is SipMethod.Invite or SipMethod.Update))
        {
            turn.Happened(new CallEvent.TransferJoinSet("", turn.Now.After(TimeSpan.FromMilliseconds(500))));
            return;
        }

        uint cseq = remaining.LocalCSeq + 1;
        string branch = turn.Branch(remaining.Number, cseq, SipMethod.Invite);
        byte[] bytes = TransferRequests.Join(remaining, branch, cseq, transfer.Offer);
        Flow to = NextHops.Of(turn, remaining);
        turn.Happened(new CallEvent.RequestSent(turn.Now, remaining.Number, branch, SipMethod.Invite, cseq, to, Transfer.Own, bytes));
        turn.Happened(new CallEvent.TransferJoinSet(branch, Instant.Never));
        turn.Send(to, bytes, branch);
    }

    /// <summary>What the remaining party says to the re-INVITE, or that it says nothing (408, 503). False: it is none that a transfer waits for.</summary>
    public static bool Responded(Turn turn, Transaction client, int status, SipMessage? response)
    {
        if (turn.State.Transfer is not { } transfer || transfer.JoinBranch != client.Branch || client.Method != SipMethod.Invite)
        {
            return false;
        }

        switch (status)
        {
            case < 200:
                break;
            case < 300:
                Answering.SendAck(turn, turn.State.Legs[client.Leg], client.CSeq);
                Succeed(turn, response is null ? "" : Dialogs.ContactUri(response), joined: true);
                break;
            case 491:
                // 14.1: the owner of the Call-ID waits for 2.1 to 4 seconds, the other for 0 to 2: by the number, so that it is the same again.
                int tenths = (client.Leg == 0 ? 1 : 22) + (int)(client.CSeq % 18);
                turn.Happened(new CallEvent.TransferJoinSet("", turn.Now.After(TimeSpan.FromMilliseconds(100 * tenths))));
                break;
            default:
                Fail(turn, status);
                break;
        }

        return true;
    }

    public static void Due(Turn turn)
    {
        if (turn.State.Transfer is { } transfer)
        {
            if (transfer.GiveUpAt <= turn.Now)
            {
                Fail(turn, 480);
            }
            else if (transfer.JoinAt <= turn.Now)
            {
                Join(turn);
            }
        }
    }

    private static void Succeed(Turn turn, string remoteTarget, bool joined)
    {
        Transfer transfer = turn.State.Transfer!;
        Transferring.Notify(turn, 200);
        turn.Happened(new CallEvent.TransferEnded(turn.Now, 200, remoteTarget, joined));
        if (!transfer.IsReferrerGone)
        {
            Teardown.Leave(turn, turn.State.Legs[transfer.Referrer], Reasons.Transferred);
        }
    }

    /// <summary>The transfer has failed: the referrer hears how, and the call goes on as before; without a referrer there is no call left.</summary>
    public static void Fail(Turn turn, int status)
    {
        Transfer? transfer = turn.State.Transfer;
        Abandon(turn, status);
        if (transfer is { IsReferrerGone: true })
        {
            Teardown.HangUp(turn, transfer.Referrer == turn.State.A.Number ? "caller" : "callee", "hung up after a transfer that failed", Reasons.Of(status));
        }
    }

    /// <summary>The transfer is over, the call perhaps as well: the referrer is told, whoever was called for it is left.</summary>
    public static void Abandon(Turn turn, int status)
    {
        if (turn.State.Transfer is not { } transfer)
        {
            return;
        }

        Transferring.Notify(turn, status);
        turn.Happened(new CallEvent.TransferEnded(turn.Now, status, "", Joined: false));
        Cancellation.CancelOpenLegs(turn, Reasons.Of(status));
        if (transfer.Answered != 0)
        {
            Teardown.Leave(turn, turn.State.Legs[transfer.Answered], Reasons.Of(status));
        }
    }

    /// <summary>A BYE while a transfer is under way. True: it ends nothing but its own dialog.</summary>
    public static bool ByeReceived(Turn turn, Leg leg)
    {
        if (turn.State.Transfer is not { } transfer)
        {
            return false;
        }

        if (leg.Number == transfer.Referrer)
        {
            // RFC 5589 section 6.1: the transferor may hang up as soon as its REFER is accepted; the remaining party waits for the target.
            turn.Happened(new CallEvent.ReferrerGone(leg.Number));
            return true;
        }

        if (leg.Number == transfer.Answered)
        {
            // The target hangs up before the remaining party has heard of it: it was reached, and the call is over.
            Succeed(turn, "", joined: false);
        }

        return false;
    }
}
