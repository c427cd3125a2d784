using System.Collections.Immutable;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Evolution;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Refusals;
using Controller.Sharding.Model;
using Controller.Sip.Dialogs;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.Concerns;

/// <summary>What the callees' responses to our INVITEs mean for the caller: ringing, the first answer, failures, the next target, the best refusal.</summary>
internal static class Forking
{
    public static void Responded(Turn turn, Transaction client, SipMessage response)
    {
        Leg leg = turn.State.Legs[client.Leg];
        switch (response.StatusCode)
        {
            case < 200 when leg.State is LegState.Cancelling or LegState.Terminated:
                // 9.1: "If the UAC has not yet received a provisional response … it MUST wait for the arrival of a provisional response before sending the request".
                Cancellation.Send(turn, leg, client, leg.CancelReason);
                break;
            case 100:
                break;
            case < 200:
                Instant until = turn.State.TryUntil;
                Progressed(turn, leg, response);
                LimitRinging(turn, leg, until);
                break;
            case < 300:
                Answering.Answered(turn, client, leg, response);
                break;
            case 422 when SessionTimers.TryAgain(turn, client, leg, response):
                break;
            default:
                Failed(turn, leg, response.StatusCode, client.Last, response);
                break;
        }
    }

    /// <summary>
    /// A target that rings is there: from now on it is not the try-timeout that counts but the ring-timeout of its trunk, from the first provisional response
    /// to the answer. Where that is longer than the call itself may wait, it says nothing.
    /// </summary>
    /// <param name="leg">As it was before this response.</param>
    /// <param name="until">What held until this response.</param>
    private static void LimitRinging(Turn turn, Leg leg, Instant until)
    {
        if (turn.State.IsDecided || turn.State.Parallel || leg.Number != turn.State.Legs.Length - 1 || turn.Settings.TrunkOf(leg.Trunk) is not { } trunk)
        {
            return;
        }

        until = leg.State == LegState.Early ? until : turn.Now.After(trunk.RingTimeout);
        until = until < turn.State.NoAnswerAt ? until : Instant.Never;
        if (until != turn.State.TryUntil)
        {
            turn.Happened(new CallEvent.RingingLimited(until));
        }
    }

    private static void Progressed(Turn turn, Leg leg, SipMessage response)
    {
        if (turn.State.IsDecided || leg.State is not (LegState.Calling or LegState.Early))
        {
            return;
        }

        // 13.2.2.4, 12.1.2: every To tag is an early dialog of its own.
        string tag = Dialogs.Tag(response.Value(HeaderId.To));
        string callerTag = turn.CallerTag(leg.Number, tag);
        SipMessage invite = turn.State.Invite!;
        EarlyDialog? dialog = turn.State.EarlyDialog(callerTag);
        uint remoteRSeq = tag.Length == 0 ? 0 : Reliability.RSeqOf(turn, response);
        if (dialog is { IsOver: true } || !Reliability.IsInOrder(dialog, remoteRSeq))
        {
            return;
        }

        if (Reliability.IsSwallowed(invite, turn.State.A, remoteRSeq))
        {
            if (leg.State == LegState.Calling)
            {
                // The caller is not told, but that the callee rings must be known after a restart, too: only who has said something can be cancelled (9.1).
                turn.Happened(new CallEvent.LegRang(turn.Now, leg.Number, response.StatusCode, tag, leg.RemoteTarget, RouteSets.OfResponse(response), HasSession: false, default));
            }

            return;
        }

        if (dialog is null && turn.State.EarlyDialogs.Length >= EarlyDialog.Most && (remoteRSeq != 0 || turn.State.A.Capabilities.Has(LegCapabilities.RequiresReliable)))
        {
            // Nothing could be acknowledged in a dialog that is not kept: its callee sends again, and gives up.
            return;
        }

        bool terminated = response.StatusCode == 199;
        if (terminated && (dialog is null || !IsToldOfEnded(turn.State.A.Capabilities)))
        {
            // RFC 6228 section 4: a UAS sends it for an early dialog that it has made, to a UAC that has said that it supports it.
            if (dialog is not null)
            {
                turn.Happened(new CallEvent.EarlyDialogEnded(turn.Now, callerTag));
                if (remoteRSeq != 0)
                {
                    Reliability.AcknowledgeHere(turn, callerTag, remoteRSeq);
                }
            }

            return;
        }

        Leg caller = dialog is null ? turn.State.A with { LocalTag = callerTag } : turn.State.Side(0, callerTag);
        uint rseq = terminated ? 0 : Reliability.NextRSeq(caller, dialog, callerTag, remoteRSeq);
        if (rseq != 0 && remoteRSeq == 0 && dialog is { LocalRSeq: > 0 } && turn.State.Find(TransactionKind.InviteServer, 0) is { } server
            && (turn.State.Provisionals.LastOrDefault(waiting => waiting.CallerTag == callerTag)?.Response ?? server.Last).Span.SequenceEqual(Answers.Relayed(invite, turn.Crossing(leg, caller), callerTag, response, dialog.LocalRSeq)))
        {
            // The callee says again what has reached the caller reliably, or will.
            return;
        }

        byte[] bytes = Answers.Relayed(invite, turn.Crossing(leg, caller), callerTag, response, rseq);
        turn.Happened(new CallEvent.LegRang(
            turn.Now, leg.Number, response.StatusCode, tag, Dialogs.RemoteTarget(response, leg), RouteSets.OfResponse(response), Dialogs.HasSession(response), bytes)
        {
            CallerTag = callerTag,
            RSeq = rseq,
            RemoteRSeq = remoteRSeq,
            Capabilities = PeerCapabilities.Of(response),
        });
        if (rseq == 0 || turn.State.Provisionals[^1].IsSent)
        {
            turn.Send(Responses.Destination(invite, caller.Flow), bytes);
        }

        if (remoteRSeq != 0 && rseq == 0)
        {
            Reliability.AcknowledgeHere(turn, callerTag, remoteRSeq);
        }
    }

    /// <param name="ack">The ACK that the refusal got; empty if there was none to acknowledge (timeout, transport).</param>
    /// <param name="response">The refusal; null if it is of our own making.</param>
    public static void Failed(Turn turn, Leg leg, int status, ReadOnlyMemory<byte> ack, SipMessage? response)
    {
        if (leg.State is LegState.Confirmed or LegState.Terminated)
        {
            return;
        }

        ImmutableArray<EarlyDialog> gone = turn.State.EarlyDialogs.RemoveAll(dialog => dialog.Leg != leg.Number || dialog.IsOver);
        turn.Happened(new CallEvent.LegFailed(turn.Now, leg.Number, status, ack));
        if (Alternatives.PassedOver(leg, status, response) is { } passedOver)
        {
            turn.Do(passedOver);
        }

        if (!turn.State.IsDecided)
        {
            int counted = LegProgress.Counted(leg, status);
            if (response is not null)
            {
                Redirection.Follow(turn, leg, response);
            }

            GoOn(turn, counted, counted == status ? response : null, leg);
        }
        else
        {
            Transferring.LegFailed(turn, leg, status);
        }

        TellOfEnded(turn, gone);
    }

    /// <summary>One that requires reliable responses would have to acknowledge in a dialog that is over: it finds out by itself.</summary>
    private static bool IsToldOfEnded(LegCapabilities caller) => caller.Has(LegCapabilities.EarlyDialogTerminated) && !caller.Has(LegCapabilities.RequiresReliable);

    /// <summary>
    /// RFC 6228 section 6: where a branch has ended and others go on, the caller may be told with a 199.
    /// </summary>
    private static void TellOfEnded(Turn turn, ImmutableArray<EarlyDialog> gone)
    {
        if (turn.State.IsDecided || !IsToldOfEnded(turn.State.A.Capabilities))
        {
            return;
        }

        foreach (EarlyDialog dialog in gone)
        {
            turn.Send(Responses.Destination(turn.State.Invite!, turn.State.A.Flow), Answers.EarlyDialogTerminated(turn.State.Invite!, turn.State.A, dialog.CallerTag));
        }
    }

    /// <summary>After a leg has failed: wait for the others, try the next target, or tell the caller.</summary>
    public static void GoOn(Turn turn, int status, SipMessage? response, Leg? leg = null)
    {
        bool open = false;
        for (int i = 1; i < turn.State.Legs.Length; i++)
        {
            open |= turn.State.Legs[i].State is LegState.Calling or LegState.Early;
        }

        // 16.7 step 5: after a 6xx "the proxy … SHOULD cancel all client transactions that are pending"; no further target may be tried.
        bool global = status >= 600;
        if (open && !global)
        {
            return;
        }

        bool retried = !turn.State.Targets.IsEmpty && (IsRetried(turn, status) || LongRequests.IsSentAgain(turn.State.Targets, leg, status, response is not null));
        ImmutableArray<Target> left = retried ? turn.State.Targets : Alternatives.Without(turn.State.Targets);
        if (!left.IsEmpty && !global && turn.Now < turn.State.BudgetUntil && (left[0].IsRedirected || retried))
        {
            if (left.Length != turn.State.Targets.Length)
            {
                turn.Happened(new CallEvent.Routed(turn.State.Route, left, turn.State.Parallel));
            }

            Setup.TryNext(turn);
            return;
        }

        int best = global ? status : turn.State.BestStatus == 0 ? status : turn.State.BestStatus;
        if (response is not null && leg is not null && response.StatusCode == best && Redirection.Passed(turn, leg, response) is { } redirected)
        {
            Refuse(turn, new Ending("rejected", best, "redirected by the callee", "callee"), redirected, "");
        }
        else if (response is not null && leg is not null && response.StatusCode == best && IsRelayed(best))
        {
            SipMessage invite = turn.State.Invite!;
            Refusal told = Boundary.Told(turn.Settings, turn.State.A, Boundary.Refused(turn.Settings, leg, Refusal.Of(response)));
            byte[] bytes = Answers.Refused(invite, turn.Crossing(leg, turn.State.A), turn.State.A.LocalTag, response, told);
            Refuse(turn, new Ending("rejected", told.Status, "refused by the callee", "callee"), bytes, Reasons.Of(best));
        }
        else if (best == 488 && leg is null && turn.State.BestStatus == 0)
        {
            Refuse(turn, best, "rejected", "nothing that was offered may be said to a target", "controller", warning: Answers.IncompatibleFormat(turn.State.A));
        }
        else
        {
            Refuse(turn, Substituted(turn, best), best is 408 or 503 ? "failed" : "rejected", "no target accepted the call", best is 408 or 503 ? "controller" : "callee");
        }
    }

    /// <summary>Gives the caller a final response of our own, and ends every leg still open.</summary>
    /// <param name="reason">Value of Reason (RFC 3326) in the CANCELs; empty for none.</param>
    /// <param name="warning">Value of Warning in the response; empty for none.</param>
    public static void Refuse(Turn turn, int status, string result, string cause, string endedBy, string reason = "", string warning = "") =>
        Refuse(turn, new Refusal(status, 0), result, cause, endedBy, reason, warning);

    private static void Refuse(Turn turn, Refusal refusal, string result, string cause, string endedBy, string reason = "", string warning = "")
    {
        Refusal told = Boundary.Told(turn.Settings, turn.State.A, refusal);
        byte[] bytes = turn.SentOut(turn.State.A, Answers.Own(turn.State.Invite!, turn.State.A, turn.State.A.LocalTag, told.Status, Reasons.OfCause(told.Cause), warning: warning));
        Refuse(turn, new Ending(result, told.Status, cause, endedBy), bytes, reason);
    }

    private static void Refuse(Turn turn, Ending ending, byte[] response, string reason)
    {
        var to = Responses.Destination(turn.State.Invite!, turn.State.A.Flow);
        turn.Happened(new CallEvent.Refused(turn.Now, ending, response));
        turn.Send(to, response);
        RelayedResponses.Abandon(turn);
        Cancellation.CancelOpenLegs(turn, reason);
        turn.Do(ChargingRecords.Of(turn.Self, turn.State));
        Teardown.PayByes(turn);
    }

    /// <summary>
    /// A redirection or a challenge means nothing to the caller: its Contact or challenge belongs to the callee's side (8.1.3.4, 22.3); nor does a session
    /// interval that the callee and we could not agree on (422).
    /// </summary>
    private static bool IsRelayed(int status) => status is not (>= 300 and < 400) and not (401 or 407 or 422);

    private static int Substitute(int status) => status is 401 or 407 ? 403 : 480;

    /// <summary>The best of refusals as the caller's side sees it: the response itself is not kept, but who said it is, and the table of that side applies.</summary>
    private static Refusal Substituted(Turn turn, int best)
    {
        if (!IsRelayed(best))
        {
            return new Refusal(Substitute(best), 0);
        }

        return turn.State.BestLeg == 0 || turn.State.BestStatus != best
            ? new Refusal(best, 0)
            : Boundary.Refused(turn.Settings, turn.State.Legs[turn.State.BestLeg], new Refusal(best, 0));
    }

    /// <summary>Nobody rings, and the route gives no more time: the caller need not wait for answers to CANCELs.</summary>
    public static void BudgetSpent(Turn turn)
    {
        int best = turn.State.BestStatus == 0 ? 408 : turn.State.BestStatus;
        Refuse(turn, Substituted(turn, best), "failed", "no target rang in the time that the route gives", "controller", Reasons.Of(408));
    }

    /// <summary>What the route says was stored when it was asked; else what the trunk says now.</summary>
    private static bool IsRetried(Turn turn, int status)
    {
        if (!turn.State.RetryOn.IsEmpty)
        {
            return turn.State.RetryOn.Contains(status);
        }

        string trunk = turn.State.Legs.Length > 1 ? turn.State.Legs[^1].Trunk : turn.State.Targets[0].Trunk;
        return turn.Settings.Trunks.TryGetValue(trunk, out TrunkSettings? settings) && settings.RetryOn.Contains(status);
    }
}
