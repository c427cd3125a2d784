using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// Requests that we send within a dialog of our own accord: the refreshes of a session timer. UPDATE without a body (RFC 4028 section 7.4: "It is
/// RECOMMENDED that the UPDATE method be used"), or else a re-INVITE with the description that holds there, unchanged.
/// </summary>
internal static class OwnRequests
{
    /// <summary>How long one waits that could not be sent: the peer may come back on a new connection.</summary>
    private static readonly TimeSpan AfterTransportError = TimeSpan.FromSeconds(10);

    public static Transaction? Pending(CallState state, int leg)
    {
        foreach (Transaction transaction in state.Transactions)
        {
            if (transaction is { Purpose: RequestPurpose.Refresh, IsPending: true } && transaction.Leg == leg)
            {
                return transaction;
            }
        }

        return null;
    }

    public static void Refresh(Turn turn, Leg leg, SessionTimer timer)
    {
        if (IsBusy(turn.State, leg))
        {
            // 14.1: "a UAC MUST NOT initiate a new INVITE transaction within a dialog while another INVITE transaction is in progress in either direction". If
            // that one is accepted it is a refresh, too.
            turn.Happened(new CallEvent.SessionTimed(leg.Number, timer with { RefreshAt = turn.Now.After(SipTimers.Default.T2) }));
            return;
        }

        ReadOnlyMemory<byte> description = TakesUpdate(leg, timer) || leg.Description is null ? default : leg.Description.Body;
        SipMethod method = description.IsEmpty ? SipMethod.Update : SipMethod.Invite;
        DialogRequests.Send(turn, leg, method, (branch, cseq) => turn.SentOut(leg, Requests.Refresh(leg, branch, cseq, method, description, timer)), purpose: RequestPurpose.Refresh);
    }

    /// <summary>
    /// RFC 4028 section 7.4: "If a UA knows that its peer supports the UPDATE method": its Allow lists it. A peer that has said nothing of methods but knows
    /// session timers is asked; it may refuse.
    /// </summary>
    public static bool TakesUpdate(Leg leg, SessionTimer? timer) =>
        timer is not { NoUpdate: true }
        && (leg.Capabilities.Has(LegCapabilities.AllowSeen) ? leg.Capabilities.Has(LegCapabilities.Update) : leg.Capabilities.Has(LegCapabilities.Timer) || timer is { IsMutual: true });

    public static bool IsBusy(CallState state, Leg leg) =>
        HasOpenOffer(state, leg) || state.Answers.Any(answer => answer.Leg == leg.Number || answer.HeldLeg == leg.Number);

    /// <summary>An INVITE or an UPDATE of either side has no final response yet.</summary>
    public static bool HasOpenOffer(CallState state, Leg leg)
    {
        foreach (Transaction transaction in state.Transactions)
        {
            if (transaction is { IsPending: true, Method: SipMethod.Invite or SipMethod.Update } && transaction.Leg == leg.Number)
            {
                return true;
            }
        }

        return false;
    }

    /// <param name="client">As it was before this response.</param>
    public static void Responded(Turn turn, Transaction client, SipMessage response)
    {
        Leg leg = turn.State.Legs[client.Leg];
        bool accepted = response.StatusCode is >= 200 and < 300;
        if (response.StatusCode < 200)
        {
            return;
        }

        if (!client.IsPending)
        {
            if (accepted)
            {
                Answering.AcknowledgeAgain(turn, client, leg);
            }

            return;
        }

        if (leg.Timer is { } timer)
        {
            Answered(turn, client, leg, timer, response.StatusCode, response);
        }

        if (accepted && client.Method == SipMethod.Invite)
        {
            Answering.SendAck(turn, turn.State.Legs[client.Leg], client.CSeq);
        }
    }

    /// <summary>No response came (408), or it could not be sent (503): 8.1.3.1.</summary>
    public static void Failed(Turn turn, Transaction client, int status)
    {
        if (turn.State.Legs[client.Leg].Timer is { } timer)
        {
            Answered(turn, client, turn.State.Legs[client.Leg], timer, status, null);
        }
    }

    private static void Answered(Turn turn, Transaction client, Leg leg, SessionTimer timer, int status, SipMessage? response)
    {
        SessionTimer next = Next(turn, client, leg, timer, status, response);
        string target = response is not null && status is >= 200 and < 300 ? Dialogs.ContactUri(response) : "";
        turn.Happened(new CallEvent.RefreshAnswered(turn.Now, leg.Number, client.Branch, status, next, target));
        if (turn.State.Phase != CallPhase.Established)
        {
            return;
        }

        if (status is 408 or 481)
        {
            // RFC 4028 section 10: "If a session refresh request times out or generates a 408 or 481 response, then the UAC sends a BYE request".
            Teardown.HangUp(turn, "controller", "session refresh was not answered", Reasons.SessionTimerExpired);
        }
        else if (next.RefreshAt <= turn.Now)
        {
            Refresh(turn, turn.State.Legs[leg.Number], next);
        }
    }

    /// <summary>
    /// RFC 4028 section 10: for a refusal other than 408 and 481 "the UAC SHOULD follow the rules specific to that response code and retry if possible", and
    /// else the session runs out.
    /// </summary>
    private static SessionTimer Next(Turn turn, Transaction client, Leg leg, SessionTimer timer, int status, SipMessage? response)
    {
        switch (status)
        {
            case >= 200 and < 300:
                return SessionTimers.AsClient(turn, client.Request, response!, leg);

            case 408 or 481:
                return timer;

            case 405 or 501 when client.Method == SipMethod.Update:
                // 8.1.3: it does not know the method after all. What has no description has no re-INVITE either.
                return leg.Description is null ? Alive(timer, turn.Now) with { NoUpdate = true } : timer with { NoUpdate = true, RefreshAt = turn.Now };

            case 422 when response is not null && SessionTimers.Minimum(response) is var least && least > timer.Interval:
                return timer with { Interval = least, MinSe = least, RefreshAt = turn.Now };

            case 491:
                return timer with { RefreshAt = turn.Now.After(Glare(turn, leg, client.CSeq)) };

            case 503 when response is null:
                return timer with { RefreshAt = turn.Now.After(AfterTransportError) };

            // Who has agreed to no timer and answers at all is there: a call is not ended for a request that it did not expect.
            case var _ when !timer.IsMutual:
                return Alive(timer, turn.Now);

            case 500 or 503 when response is not null && RetryAfter.Seconds(response) is { } seconds && seconds <= timer.Interval:
                return timer with { RefreshAt = turn.Now.After(TimeSpan.FromSeconds(Math.Max(1, seconds))) };

            default:
                return timer with { RefreshAt = Instant.Never };
        }
    }

    private static SessionTimer Alive(SessionTimer timer, Instant at) =>
        SessionTimer.Started(timer.Interval, timer.WeRefresh, timer.IsMutual, timer.MinSe, timer.NoUpdate, at);

    /// <summary>
    /// 14.1: "If the UAC is the owner of the Call-ID of the dialog ID (meaning it generated the value), T has a randomly chosen value between 2.1 and 4
    /// seconds in units of 10 ms. If the UAC is not the owner of the Call-ID of the dialog ID, T has a randomly chosen value of between 0 and 2 seconds in
    /// units of 10 ms."
    /// </summary>
    private static TimeSpan Glare(Turn turn, Leg leg, uint cseq)
    {
        TimeSpan least = leg.IsA ? TimeSpan.Zero : TimeSpan.FromSeconds(2.1);
        TimeSpan most = leg.IsA ? TimeSpan.FromSeconds(2) : TimeSpan.FromSeconds(4);
        return least + turn.Chance(leg.Number, cseq, most - least);
    }
}
