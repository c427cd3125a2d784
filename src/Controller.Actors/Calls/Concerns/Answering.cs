using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sip.Dialogs;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Sdp;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.Concerns;

/// <summary>The first 2xx wins: it goes to the caller, the others are cancelled; later ones are acknowledged and hung up. And the ACKs, both ways.</summary>
internal static class Answering
{
    public static void Answered(Turn turn, Transaction client, Leg leg, SipMessage response)
    {
        if (Joining.Answered(turn, client, leg, response))
        {
            return;
        }

        string tag = Dialogs.Tag(response.Value(HeaderId.To));
        if (HasAnswered(leg) && leg.RemoteTag == tag)
        {
            // 13.2.2.4: "The UAC core MUST generate an ACK … for each 2xx" and again for each retransmission of it.
            AcknowledgeAgain(turn, client, leg);
        }
        else if (turn.State.IsDecided || leg.State == LegState.Terminated)
        {
            AnsweredLate(turn, client, leg, tag, response);
        }
        else if (turn.State.EarlyDialog(leg.Number, tag) is { IsOver: true })
        {
            // The caller has left this early dialog by a BYE, or was told that it is over.
            AnsweredLate(turn, client, leg, tag, response);
            Forking.GoOn(turn, 480, null);
        }
        else
        {
            Won(turn, client, leg, tag, response);
        }
    }

    /// <summary>It was taken for the call at its time, or hung up at once.</summary>
    public static bool HasAnswered(Leg leg) => leg.HasAnswered || !leg.HungUp.IsEmpty;

    private static void Won(Turn turn, Transaction client, Leg leg, string tag, SipMessage response)
    {
        SipMessage invite = turn.State.Invite!;
        bool isDescribed = Dialogs.HasSession(response);
        string callerTag = turn.CallerTag(leg.Number, tag);
        EarlyDialog? dialog = turn.State.EarlyDialog(callerTag);
        Leg caller = dialog is null ? turn.State.A with { LocalTag = callerTag } : turn.State.Side(0, callerTag);

        // The callee may have given its answer in a reliable 18x that the caller did not take as one, or shown it in an unreliable one and left it out here:
        // RFC 3261 section 13.2.1 wants it in "a reliable non-failure message", and to the caller that is the 2xx.
        bool owed = !isDescribed && dialog is { CallerExchange.OfferedIn: OfferAnswer.Carrier.Invite, CallerDescription: not null };
        SessionTimer withCaller = SessionTimers.AsServer(turn, invite, caller);
        SessionTimer withCallee = SessionTimers.AsClient(turn, client.Request, response, leg);
        byte[] bytes = Answers.Relayed(
            invite, turn.Crossing(leg, caller), callerTag, response, description: owed ? dialog!.CallerDescription!.Body : default, timer: withCaller);

        // Late offer (3264 section 4): the callee's offer is answered by the caller's ACK, so ours has to wait for it.
        bool ackHeld = isDescribed && !Dialogs.HasSession(invite) && dialog is not { CalleeExchange.HasSession: true };

        // RFC 3262 section 3: "unless the final response is 2xx and any of the unacknowledged reliable provisional responses contained a session
        // description. In that case, it MUST NOT send a final response until those provisional responses are acknowledged."
        bool prackAwaited = turn.State.Provisionals.Any(provisional => provisional.CallerTag == callerTag && provisional.HasSession);
        turn.Happened(new CallEvent.LegAnswered(
            turn.Now, leg.Number, response.StatusCode, tag, Dialogs.RemoteTarget(response, leg), RouteSets.OfResponse(response),
            callerTag, bytes, ackHeld, turn.Now.After(turn.Settings.Calls.MaxDuration))
        {
            Capabilities = PeerCapabilities.Of(response) | (dialog?.Capabilities ?? LegCapabilities.None),
            PrackAwaited = prackAwaited,
        });
        SessionTimers.Start(turn, 0, withCaller);
        SessionTimers.Start(turn, leg.Number, withCallee);
        if (!prackAwaited)
        {
            turn.Send(Responses.Destination(invite, caller.Flow), bytes);
        }

        if (!ackHeld)
        {
            SendAck(turn, turn.State.Legs[leg.Number], client.CSeq);
        }

        Cancellation.CancelOpenLegs(turn, Reasons.CompletedElsewhere);
    }

    /// <summary>13.2.2.4: a 2xx that is not wanted is acknowledged, "after acknowledging the 2xx the dialog is terminated by a BYE".</summary>
    private static void AnsweredLate(Turn turn, Transaction client, Leg leg, string tag, SipMessage response)
    {
        Leg dialog = leg with
        {
            RemoteTag = tag,
            RemoteTarget = Dialogs.RemoteTarget(response, leg),
            RouteSet = RouteSets.OfResponse(response),
        };

        // 8.1.1.7: a branch of its own for the ACK of each dialog; the same again for each repetition of its 2xx.
        bool first = !HasAnswered(leg);
        var to = NextHops.Of(turn, dialog);
        turn.Send(to, Acknowledging(turn, leg, client.CSeq, Requests.Ack(dialog, turn.Branch(leg.Number, client.CSeq, SipMethod.Ack, first ? "" : tag), client.CSeq)));
        if (first)
        {
            turn.Happened(new CallEvent.LegAnsweredLate(turn.Now, leg.Number, dialog.RemoteTag, dialog.RemoteTarget, dialog.RouteSet));
            DialogRequests.Send(turn, dialog, SipMethod.Bye, (branch, cseq) => turn.SentOut(dialog, Requests.Bye(dialog, branch, cseq, Why(turn, leg))));
        }
        else if (!leg.HungUp.Contains(tag))
        {
            // A second answer comes again until its ACK has arrived; it is hung up once.
            uint cseq = leg.LocalCSeq + 1;
            string branch = turn.Branch(leg.Number, cseq, SipMethod.Bye);
            byte[] bye = TrunkAuthentication.Authorized(turn, leg, turn.SentOut(dialog, Requests.Bye(dialog, branch, cseq, Why(turn, leg))));
            turn.Happened(new CallEvent.SecondAnswerHungUp(turn.Now, leg.Number, branch, cseq, to, bye) { RemoteTag = tag });
            turn.Send(to, bye, branch);
        }
    }

    private static string Why(Turn turn, Leg leg) => turn.State.Winner != 0 ? Reasons.CompletedElsewhere : leg.CancelReason;

    /// <summary>An ACK: for a refusal of ours (17.2.1), or for a 2xx (13.3.1.4).</summary>
    public static void Acknowledged(Turn turn, SipMessage ack)
    {
        if (turn.State.FindAcknowledged(ack) is { } server && server.Phase != (byte)InviteServerTransaction.Phase.Accepted)
        {
            turn.Step(server, TransactionInput.Ack, out _);
            if (server.Phase == (byte)InviteServerTransaction.Phase.Completed)
            {
                turn.Happened(new CallEvent.RefusalAcknowledged(turn.Now, server.Branch));
            }

            return;
        }

        ReadOnlySpan<byte> callId = ack.Value(HeaderId.CallId);
        uint number = Dialogs.Number(ack);
        foreach (Answer answer in turn.State.Answers)
        {
            if (answer.IsHeld || answer.CSeq != number || !Latin1.Is(turn.State.Legs[answer.Leg].CallIdValue, callId))
            {
                continue;
            }

            byte[] relayed = [];
            if (answer.HeldLeg >= 0)
            {
                Leg held = turn.State.Legs[answer.HeldLeg];
                relayed = Requests.Ack(turn.Crossing(turn.State.Legs[answer.Leg], held), turn.Branch(held.Number, answer.HeldCSeq, SipMethod.Ack), answer.HeldCSeq, ack);
                relayed = Acknowledging(turn, held, answer.HeldCSeq, relayed);
            }

            turn.Happened(new CallEvent.Acknowledged(turn.Now, answer.Leg, number, relayed));
            if (answer.HeldLeg >= 0)
            {
                turn.Send(NextHops.Of(turn, turn.State.Legs[answer.HeldLeg]), relayed);
            }

            Teardown.PayByes(turn);
            Relaying.Release(turn);
            return;
        }
    }

    /// <summary>Again, with the same bytes; nothing while the session description for it has not come.</summary>
    public static void AcknowledgeAgain(Turn turn, Transaction client, Leg leg)
    {
        foreach (Answer answer in turn.State.Answers)
        {
            if (answer.HeldLeg == leg.Number && answer.HeldCSeq == client.CSeq)
            {
                return;
            }
        }

        if (client.Last.IsEmpty)
        {
            SendAck(turn, leg, client.CSeq);
        }
        else
        {
            turn.Send(NextHops.Of(turn, leg), client.Last);
        }
    }

    public static void SendAck(Turn turn, Leg leg, uint cseq) =>
        turn.Send(NextHops.Of(turn, leg), Acknowledging(turn, leg, cseq, Requests.Ack(leg, turn.Branch(leg.Number, cseq, SipMethod.Ack), cseq)));

    /// <summary>
    /// 22.1: "UACs creating an ACK message will duplicate all of the Authorization and Proxy-Authorization header field values that appeared in the INVITE to which
    /// the ACK corresponds": nobody may challenge it.
    /// </summary>
    private static byte[] Acknowledging(Turn turn, Leg leg, uint cseq, byte[] ack) =>
        CredentialLines.With(ack, turn.State.FindClient(leg.Number, SipMethod.Invite, cseq)?.Credentials ?? "");
}
