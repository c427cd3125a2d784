using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// Session timers, RFC 4028: one for each leg, agreed on with that peer alone. A refresh of a peer is relayed like any other request and so starts the timers
/// of both legs again; what neither peer refreshes, we do (<see cref="OwnRequests"/>).
/// </summary>
internal static class SessionTimers
{
    /// <summary>Longer than any session: a peer that asks for more in a 422 gets no second INVITE.</summary>
    private const int LongestMinimum = 86_400;

    /// <summary>
    /// Section 9: "If an incoming request contains a Supported header field with a value 'timer' and a Session Expires header field, the UAS MAY reject the
    /// INVITE request with a 422 (Session Interval Too Small) response if the session interval … is smaller than the minimum interval defined by the UAS'
    /// local policy."
    /// </summary>
    public static bool IsTooSmall(Turn turn, SipMessage request) =>
        Asked(request) is { } asked && asked.Seconds < (int)turn.Settings.Calls.MinSe.TotalSeconds && SessionHeaders.IsSupported(request);

    /// <summary>
    /// What we agree to as the server of a session refresh request: section 9. The peer's interval, which "MAY [be] reduce[d]" to ours but "MUST NOT [be] set …
    /// lower than the value in the Min-SE header field in the request"; the refresher that it names, itself if it names none, us if it knows no timers.
    /// </summary>
    public static SessionTimer AsServer(Turn turn, SipMessage request, Leg leg)
    {
        int least = Math.Max(Minimum(request), SessionTimer.Floor);
        int own = (int)turn.Settings.Calls.SessionExpires.TotalSeconds;
        SessionExpires? asked = Asked(request);
        bool supports = SessionHeaders.IsSupported(request);
        return SessionTimer.Started(
            Math.Max(Math.Min(asked?.Seconds ?? own, own), least),
            weRefresh: !supports || asked?.Refresher == Refresher.Uas,
            isMutual: supports || asked is not null,
            Math.Max(least, leg.Timer?.MinSe ?? 0),
            leg.Timer?.NoUpdate ?? false,
            turn.Now);
    }

    /// <summary>
    /// What the peer agrees to in its 2xx to a request of ours: section 7.2. "The UAC MUST set the identity of the refresher to the value of this parameter";
    /// without a Session-Expires it goes on "as if the Session-Expires header field were in the 2xx response, and its value was the same as the one in the
    /// request, but with a refresher parameter of 'uac'".
    /// </summary>
    /// <param name="request">Ours, as sent.</param>
    public static SessionTimer AsClient(Turn turn, ReadOnlyMemory<byte> request, SipMessage response, Leg leg)
    {
        SessionExpires? agreed = Asked(response);
        int offered = leg.Timer?.Interval ?? (int)turn.Settings.Calls.SessionExpires.TotalSeconds;
        int least = leg.Timer?.MinSe ?? SessionTimer.Floor;
        if (!request.IsEmpty)
        {
            // No header rule may write these two.
            offered = SessionExpires.TryParse(WrittenMessage.Value(request.Span, HeaderId.SessionExpires), out SessionExpires sent) ? sent.Seconds : offered;
            int minimum = SessionExpires.TryParseMinimum(WrittenMessage.Value(request.Span, HeaderId.MinSe), out int seconds) ? seconds : 0;
            least = Math.Max(least, leg.Timer is null && minimum > (int)turn.Settings.Calls.MinSe.TotalSeconds ? minimum : 0);
        }

        return SessionTimer.Started(
            Math.Max(agreed?.Seconds ?? offered, SessionTimer.Floor),
            weRefresh: agreed?.Refresher != Refresher.Uas,
            isMutual: agreed is not null,
            least,
            leg.Timer?.NoUpdate ?? false,
            turn.Now);
    }

    /// <summary>A session refresh request: section 7.4. Before the answer there is no session to refresh.</summary>
    public static bool Refreshes(Turn turn, SipMessage request) =>
        request.Method is SipMethod.Invite or SipMethod.Update && turn.State.Phase == CallPhase.Established;

    /// <summary>A request of the peer, or its answer to one of ours, has refreshed its leg.</summary>
    public static void Start(Turn turn, int leg, SessionTimer timer)
    {
        if (turn.State.Phase == CallPhase.Established && (leg == turn.State.Caller || leg == turn.State.Winner))
        {
            turn.Happened(new CallEvent.SessionTimed(leg, timer));
        }
    }

    /// <summary>A peer has refused a relayed request for its session interval: the next one of this leg says the larger one.</summary>
    public static void Learn(Turn turn, int leg, SipMessage response)
    {
        if (response.StatusCode == 422 && turn.State.Legs[leg].Timer is { } timer && Minimum(response) is var least && least > timer.MinSe && least <= LongestMinimum)
        {
            turn.Happened(new CallEvent.SessionTimed(leg, timer with { MinSe = least, Interval = Math.Max(timer.Interval, least) }));
        }
    }

    /// <summary>
    /// A callee wants longer intervals (422): section 7.3, the same call once more, with its Min-SE and a Session-Expires that is no shorter.
    /// </summary>
    /// <returns>False if that is no answer to what we asked for: then it is a refusal like any other.</returns>
    public static bool TryAgain(Turn turn, Transaction client, Leg leg, SipMessage response)
    {
        if (turn.State.IsDecided || turn.State.Invite is not { } invite || leg.State != LegState.Calling || client.Request.IsEmpty)
        {
            return false;
        }

        int least = Minimum(response);
        SipMessage sent = SipMessage.Over(client.Request);
        if (least > LongestMinimum || least <= (Asked(sent)?.Seconds ?? 0))
        {
            return false;
        }

        uint cseq = leg.LocalCSeq + 1;
        Leg again = leg with { LocalCSeq = cseq };
        string branch = turn.Branch(leg.Number, cseq, SipMethod.Invite);
        byte[] bytes = TrunkAuthentication.Authorized(turn, again, Requests.Invite(turn.Crossing(turn.State.A, again), branch, invite, Latin1.Text(sent.Value(HeaderId.Replaces)), least));
        turn.Happened(new CallEvent.LegTriedAgain(turn.Now, leg.Number, branch, cseq, client.Flow, bytes, client.Last));
        turn.Send(client.Flow, bytes, branch);
        return true;
    }

    /// <summary>Whichever of a leg's two deadlines has come.</summary>
    public static void Due(Turn turn)
    {
        foreach (int number in (int[])[turn.State.Caller, turn.State.Winner])
        {
            if (turn.State.Phase != CallPhase.Established || turn.State.Legs[number] is not { Timer: { } timer } leg)
            {
                continue;
            }

            if (timer.ExpiresAt <= turn.Now)
            {
                Teardown.HangUp(turn, "controller", "session timer expired", Reasons.SessionTimerExpired);
            }
            else if (timer.RefreshAt <= turn.Now)
            {
                OwnRequests.Refresh(turn, leg, timer);
            }
        }
    }

    /// <summary>
    /// failover.md 4.8: stored absolute due times, "clamp into [now+1 s, …], jitter 0-2 s", so that a node that takes over many calls does not refresh them
    /// all at once. A refresh that was under way longer than its transaction lasts was perhaps answered: it is made again, not given up.
    /// </summary>
    public static void Resume(Turn turn)
    {
        foreach (int number in (int[])[turn.State.Caller, turn.State.Winner])
        {
            Leg leg = turn.State.Legs[number];
            if (leg.Timer is not { } timer)
            {
                continue;
            }

            Instant soon = turn.Now.After(TimeSpan.FromSeconds(1)).After(turn.Chance(number, leg.LocalCSeq, TimeSpan.FromSeconds(2)));
            Transaction? stale = OwnRequests.Pending(turn.State, number) is { } pending && pending.StartedAt.After(SipTimers.Default.T1Times64) <= turn.Now ? pending : null;
            Instant refreshAt = stale is not null || timer.RefreshAt < soon ? soon : timer.RefreshAt;
            Instant latest = refreshAt == soon ? soon.After(SipTimers.Default.T1Times64) : soon;
            SessionTimer resumed = timer with { RefreshAt = refreshAt, ExpiresAt = timer.ExpiresAt > latest ? timer.ExpiresAt : latest };
            if (stale is not null)
            {
                turn.Happened(new CallEvent.RefreshAnswered(turn.Now, number, stale.Branch, 500, resumed, ""));
            }
            else if (resumed != timer)
            {
                turn.Happened(new CallEvent.SessionTimed(number, resumed));
            }
        }
    }

    public static SessionExpires? Asked(SipMessage message) =>
        SessionExpires.TryParse(message.Value(HeaderId.SessionExpires), out SessionExpires expires) ? expires : null;

    /// <summary>Min-SE; 0 if there is none.</summary>
    public static int Minimum(SipMessage message) => SessionExpires.TryParseMinimum(message.Value(HeaderId.MinSe), out int seconds) ? seconds : 0;
}
