using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Dialogs;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// The second half of a REFER carried out here: the target has answered, the remaining party gets its description by a re-INVITE, the referrer is told
/// and hung up. And how a transfer ends otherwise: the call goes on as before, or, if the referrer has gone, is over.
/// </summary>
internal static class Joining
{
    /// <summary>A 2xx to an INVITE of ours. False: it is none that a transfer waits for.</summary>
    public static bool Answered(Turn turn, Transaction client, Leg leg, SipMessage response)
    {
        if (turn.State.Transfer is not { Answered: 0 } transfer || leg.Number < transfer.FirstLeg || leg.State is not (LegState.Calling or LegState.Early))
        {
            return false;
        }

        Leg remaining = turn.State.Opposite(turn.State.Legs[transfer.Referrer]);
        byte[] offer = Dialogs.HasSession(response) ? Relay.Description(response, turn.Crossing(leg, remaining)) : [];
        turn.Happened(new CallEvent.TransferAnswered(
            turn.Now, leg.Number, response.StatusCode, Dialogs.Tag(response.Value(HeaderId.To)), Dialogs.RemoteTarget(response, leg), RouteSets.OfResponse(response), offer,
            PeerCapabilities.Of(response)));
        turn.Happened(new CallEvent.SessionTimed(leg.Number, SessionTimers.AsClient(turn, client.Request, response, leg)));
        Answering.SendAck(turn, turn.State.Legs[leg.Number], client.CSeq);
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

        string joined = DialogRequests.Send(
            turn, remaining, SipMethod.Invite, (branch, cseq) => turn.SentOut(remaining, TransferRequests.Join(remaining, branch, cseq, transfer.Offer)), peer: Transfer.Own);
        turn.Happened(new CallEvent.TransferJoinSet(joined, Instant.Never));
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
            case var _ when transfer.IsTargetGone:
                if (status < 300)
                {
                    Answering.SendAck(turn, turn.State.Legs[client.Leg], client.CSeq);
                }

                Finish(turn, joined: true);
                break;
            case < 300:
                Answering.SendAck(turn, turn.State.Legs[client.Leg], client.CSeq);
                if (response is not null)
                {
                    // RFC 4028 section 7.2: the re-INVITE has refreshed the leg.
                    SessionTimers.Start(turn, client.Leg, SessionTimers.AsClient(turn, client.Request, response, turn.State.Legs[client.Leg]));
                }

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
        if (!transfer.IsNotified)
        {
            Dismiss(turn, transfer.Referrer);
        }
    }

    /// <summary>The target has come and gone: it was reached, and the call is over.</summary>
    private static void Finish(Turn turn, bool joined)
    {
        string by = turn.State.Transfer!.Referrer == turn.State.A.Number ? "caller" : "callee";
        Succeed(turn, "", joined);
        Teardown.HangUp(turn, by, "hung up by the " + by, "");
    }

    /// <summary>
    /// The referrer has been told, or cannot be: its dialog ends. Not before: what is sent back to back may be taken in any order, and a NOTIFY that comes behind
    /// the BYE is refused by many.
    /// </summary>
    public static void Dismiss(Turn turn, int leg)
    {
        if (turn.State.Legs[leg] is { ByeOwed: true } referrer && turn.State.Winner != 0 && !turn.State.IsParty(referrer))
        {
            Teardown.Leave(turn, referrer, Reasons.Transferred);
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
        if (transfer.Answered != 0 && !transfer.IsTargetGone)
        {
            Teardown.Leave(turn, turn.State.Legs[transfer.Answered], Reasons.Of(status));
        }
    }

    /// <summary>A BYE of somebody whom a transfer removes, or has brought in. True: it ends nothing but its own dialog.</summary>
    public static bool ByeReceived(Turn turn, Leg leg)
    {
        if (turn.State.Transfer is not { } transfer)
        {
            // A referrer that has not waited for ours.
            bool replaced = leg.ByeOwed && !turn.State.IsParty(leg);
            if (replaced)
            {
                turn.Happened(new CallEvent.PartyLeft(leg.Number));
            }

            return replaced;
        }

        if (leg.Number != transfer.Referrer && (transfer.Answered == 0 || leg.Number != transfer.Answered))
        {
            return false;
        }

        // RFC 5589 section 6.1: the transferor may hang up as soon as its REFER is accepted; the remaining party waits for the target. A target that hangs up
        // before the remaining party has answered waits for that: RFC 3261 section 15 wants no BYE to cross a re-INVITE without need.
        turn.Happened(new CallEvent.PartyLeft(leg.Number));
        if (turn.State.Transfer is { IsTargetGone: true, JoinBranch.Length: 0 })
        {
            Finish(turn, joined: false);
        }

        return true;
    }
}
