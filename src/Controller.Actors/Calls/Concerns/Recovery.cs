using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// The state was just rebuilt from the journal, perhaps by another node. Pending outputs are a function of it (failover.md 5.2) and go out once
/// more, with the same bytes; timers run from their stored start (4.8).
/// </summary>
internal static class Recovery
{
    /// <summary>CSeq numbers that requests lost with the last 50 ms may have used (failover.md 5.1 #11).</summary>
    private const uint CSeqGap = 20;

    public static void Resume(Turn turn)
    {
        if (turn.State.Phase == CallPhase.None)
        {
            return;
        }

        if (turn.State.Phase == CallPhase.Established)
        {
            // Before the open transactions: a refresh whose time is over is not repeated.
            SessionTimers.Resume(turn);
        }

        foreach (Transaction transaction in turn.State.Transactions)
        {
            Resume(turn, transaction);
        }

        foreach (ReliableProvisional provisional in turn.State.Provisionals)
        {
            // 4.8: "send now, until start + 32 s".
            if (provisional.IsSent)
            {
                turn.Send(provisional.Flow, provisional.Response);
                turn.Happened(new CallEvent.ProvisionalRepeated(provisional, provisional with
                {
                    Interval = SipTimers.Default.T1,
                    RepeatAt = turn.Now.After(SipTimers.Default.T1),
                }));
            }
        }

        foreach (Answer answer in turn.State.Answers)
        {
            if (answer.IsHeld)
            {
                continue;
            }

            // Repeat the 2xx now. If its time is over the ACK may have come and been lost with the last batch: the peer gets a chance to repeat it.
            Instant grace = turn.Now.After(SipTimers.Default.T2);
            turn.Send(answer.Flow, answer.Response);
            turn.Happened(new CallEvent.AnswerRepeated(answer, answer with
            {
                Interval = SipTimers.Default.T1,
                RepeatAt = turn.Now.After(SipTimers.Default.T1),
                GiveUpAt = answer.GiveUpAt > grace ? answer.GiveUpAt : grace,
            }));
        }

        if (turn.State.Phase == CallPhase.Established || (turn.State.Phase == CallPhase.Ended && !turn.State.Referrals.IsEmpty))
        {
            SkipNumbers(turn, turn.State.A);
            SkipNumbers(turn, turn.State.B);
        }

        TrunkAdmission.Resume(turn);
        Transferring.Resume(turn);
        if (turn.State.Phase == CallPhase.Ended)
        {
            // 17.2.2, timer J: how long they are kept is not stored, the responses to BYEs are.
            if (!turn.State.Byes.IsEmpty && turn.State.EndedAt is { } ended && ended.After(SipTimers.Default.T1Times64) > turn.Now)
            {
                turn.Happened(new CallEvent.Kept(ended.After(SipTimers.Default.T1Times64)));
            }

            Teardown.PayByes(turn);
        }
        else if (turn.State.Phase != CallPhase.Established)
        {
            ResumeSetup(turn);
        }
    }

    /// <summary>Both parties talk and no message is under way: <see cref="Resume(Turn)"/> sends nothing, and what it does beside that comes in time before the call's next message.</summary>
    public static bool MayWait(CallState state)
    {
        if (state.Phase != CallPhase.Established || state.Transfer is not null || !state.Answers.IsEmpty || !state.Provisionals.IsEmpty || !state.Referrals.IsEmpty)
        {
            return false;
        }

        foreach (Transaction transaction in state.Transactions)
        {
            if (transaction.IsPending || (transaction.Kind == TransactionKind.InviteServer && transaction.Phase == (byte)InviteServerTransaction.Phase.Completed))
            {
                return false;
            }
        }

        return true;
    }

    private static void SkipNumbers(Turn turn, Leg leg) => turn.Happened(new CallEvent.CSeqSkipped(leg.Number, leg.LocalCSeq + CSeqGap));

    /// <summary>Nothing tried yet: the routes are asked again. Every leg failed and nothing else known: that is decided again, too.</summary>
    private static void ResumeSetup(Turn turn)
    {
        if (turn.State.Legs.Length == 1)
        {
            Setup.Begin(turn);
            return;
        }

        foreach (Leg leg in turn.State.Legs)
        {
            if (!leg.IsA && leg.State is LegState.Calling or LegState.Early)
            {
                return;
            }
        }

        if (turn.State.Targets.IsEmpty)
        {
            Forking.GoOn(turn, turn.State.BestStatus == 0 ? 408 : turn.State.BestStatus, null);
        }
        else
        {
            // The address of the next target was being looked up.
            Setup.TryNext(turn);
        }
    }

    private static void Resume(Turn turn, Transaction transaction)
    {
        switch (transaction.Kind)
        {
            case TransactionKind.InviteClient when transaction.IsPending:
                ResumeInvite(turn, transaction);
                break;

            // 4.8: "send now, until start + 32 s". What ends something is said once more however late: its sending may have been what the crash prevented.
            case TransactionKind.NonInviteClient when transaction.IsPending && (transaction.Method is SipMethod.Bye or SipMethod.Cancel || !transaction.Timeout.IsDue(turn.Now)):
                ResumeRequest(turn, transaction);
                break;

            // The last provisional response: a callee whose reliable one we have acknowledged ourselves does not send it again. One of ours that is reliable
            // has timers of its own, as long as it waits for its PRACK.
            case TransactionKind.InviteServer when transaction.IsPending && !transaction.Last.IsEmpty && !SipMessage.Copy(transaction.Last.Span).Has(HeaderId.RSeq):
                turn.Send(transaction.Flow, transaction.Last);
                break;

            // 4.8: "send now, continue until persisted start + 32 s". No later: that its ACK has come is not stored, and in a call that goes on for hours
            // every new owner would repeat what was refused long ago. But a call that it has ended gets its last word once, however late: somebody may wait.
            case TransactionKind.InviteServer when transaction.Phase == (byte)InviteServerTransaction.Phase.Completed
                && (turn.State.Phase == CallPhase.Ended || !transaction.Timeout.IsDue(turn.Now)):
                Again(turn, transaction, transaction.Last, TransactionTimer.G);
                break;
        }
    }

    private static void ResumeRequest(Turn turn, Transaction client)
    {
        // 9.1: a CANCEL serves to get a final response to its INVITE. That it was answered itself is stored nowhere; when the INVITE has been, it is needed no
        // more, and a callee that has forgotten both (timer J) would take it for a new one.
        if (client.Method == SipMethod.Cancel && turn.State.FindClientByBranch(client.Branch) is not { IsPending: true })
        {
            turn.Happened(new CallEvent.TransactionEnded(client));
            return;
        }

        Again(turn, client, client.Request, TransactionTimer.E);
    }

    private static void ResumeInvite(Turn turn, Transaction client)
    {
        // 4.8: past 64*T1 an INVITE without a stored provisional response is never sent again: its transaction is forgotten there, it would ring anew.
        // Timer B is due already and says so. Nor is one whose leg has failed: it only listens.
        if (turn.State.Legs[client.Leg].State == LegState.Terminated && client.Peer.Length == 0)
        {
            return;
        }

        if (client.HasProvisional || client.StartedAt.After(SipTimers.Default.T1Times64) > turn.Now)
        {
            Again(turn, client, client.Request, client.HasProvisional ? TransactionTimer.None : TransactionTimer.A);
            if (turn.State.Legs[client.Leg].State == LegState.Terminated && turn.State.FindClient(client.Branch, client.Method) is { } abandoned)
            {
                // 17.1.1.3: it may reach the peer now for the first time, behind our BYE; its refusal gets its ACK, for as long as it is repeated.
                turn.Happened(new CallEvent.TransactionStepped(abandoned with { Timeout = new Deadline(TransactionTimer.B, turn.Now.After(SipTimers.Default.T1Times64)) }));
            }
        }

        if (client.HasProvisional && turn.State.Legs[client.Leg].State == LegState.Cancelling)
        {
            Cancellation.Send(turn, turn.State.Legs[client.Leg], client, turn.State.Legs[client.Leg].CancelReason);
        }
    }

    private static void Again(Turn turn, Transaction transaction, ReadOnlyMemory<byte> bytes, TransactionTimer letter)
    {
        turn.Send(transaction.Flow, bytes, transaction.IsClient ? transaction.Branch : "");
        if (letter != TransactionTimer.None && transaction.Retransmit.Timer != TransactionTimer.None)
        {
            turn.Happened(new CallEvent.TransactionStepped(transaction with
            {
                RetransmitInterval = SipTimers.Default.T1,
                Retransmit = new Deadline(letter, turn.Now.After(SipTimers.Default.T1)),
            }));
        }
    }
}
