using Controller.Actors.Calls;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Exchanges;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Subscriptions;

/// <summary>Requests of either side: retransmissions, the first SUBSCRIBE, refreshes and notifications.</summary>
internal static class Requested
{
    public static SubscriptionState Take(ForwardingTurn turn, SubscriptionState state, SipMessage request, Flow flow)
    {
        if (request.Method == SipMethod.Ack)
        {
            // 17: an ACK is never answered; nor does one belong here.
            return state;
        }

        string key = Dialogs.ServerKey(request);
        if (state.First?.Key == key)
        {
            Timers.Retransmission(turn, state.First.Server);
            return state;
        }

        if (state.FindServer(key) is { } known)
        {
            Timers.Retransmission(turn, known);
            return state;
        }

        string ours = Dialogs.Tag(request.Value(HeaderId.To));
        if (ours.Length == 0 && request.Method == SipMethod.Subscribe)
        {
            return Beginning.Take(turn, state, request, flow, key);
        }

        string callId = Latin1.Text(request.Value(HeaderId.CallId));
        string theirs = Dialogs.Tag(request.Value(HeaderId.From));
        if (state.Phase is SubscriptionPhase.Asked or SubscriptionPhase.Active)
        {
            foreach (Leg? side in (ReadOnlySpan<Leg?>)[state.Subscriber, state.Notifier])
            {
                if (side is not null && side.CallIdValue == callId && side.LocalTag == ours && side.RemoteTag == theirs)
                {
                    return WithinDialog(turn, state, side, request, flow, key);
                }
            }

            if (Beginning.Established(state, request, callId, ours, theirs) is { } notifier)
            {
                turn.Keep();
                return WithinDialog(turn, state with { Phase = SubscriptionPhase.Active, Notifier = notifier, ExpiresAt = Beginning.TimerN(turn) }, notifier, request, flow, key);
            }
        }

        // RFC 6665 section 4.1.3: a NOTIFY that matches no subscription, and the second notifier of a fork: "481 (Subscription does not exist)"; 12.2.2 for the rest.
        turn.Reply(request, flow, 481);
        return state;
    }

    private static SubscriptionState WithinDialog(ForwardingTurn turn, SubscriptionState state, Leg side, SipMessage request, Flow flow, string key)
    {
        uint number = Dialogs.Number(request);
        int refusal = Refusal(turn, state, side, request, number);
        if (refusal != 0)
        {
            turn.Send(Responses.Destination(request, flow), Answers.Own(request, side with { Flow = flow }, "", refusal));
            return state;
        }

        // RFC 6665 section 4.4.1: both are target refresh requests.
        string contact = Dialogs.ContactUri(request);
        side = side with { RemoteCSeq = number, Flow = flow, RemoteTarget = contact.Length > 0 ? contact : side.RemoteTarget };
        Leg other = state.Opposite(side);
        other = other with { LocalCSeq = other.LocalCSeq + 1 };
        state = state.With(side).With(other);

        string branch = turn.Branch(other.Number, other.LocalCSeq, request.Method, state.Salt);
        byte[] bytes = Requests.Relayed(turn.Crossing(side, other), branch, other.LocalCSeq, request);
        Flow to = NextHops.Of(turn.Settings, other);
        Transaction server = Transaction.Start(TransactionKind.NonInviteServer, side.Number, key, request.Method, number, Responses.Destination(request, flow), turn.Now)
            with
        { Received = SipMessage.Copy(request.Raw) };
        Transaction client = Transaction.Start(TransactionKind.NonInviteClient, other.Number, branch, request.Method, other.LocalCSeq, to, turn.Now)
            with
        { Request = bytes, Peer = key };
        turn.Send(to, bytes, branch);
        turn.Keep();
        state = state with { Transactions = state.Transactions.Add(server).Add(client) };
        return request.Method == SipMethod.Notify ? Notified(turn, state, request) : state;
    }

    private static SubscriptionState Notified(ForwardingTurn turn, SubscriptionState state, SipMessage notify)
    {
        SubscriptionStateValue value = SubscriptionStateValue.Parse(notify.Value(HeaderId.SubscriptionState));
        if (value.IsTerminated)
        {
            // RFC 6665 section 4.1.3: "If the "Subscription-State" value is "terminated", the subscriber MUST consider the subscription terminated."
            return state with { Phase = SubscriptionPhase.Ended };
        }

        // "the subscriber SHOULD take it as the authoritative subscription duration and adjust accordingly".
        return value.Expires is { } seconds ? state with { ExpiresAt = Beginning.Expiry(turn, seconds) } : state;
    }

    private static int Refusal(ForwardingTurn turn, SubscriptionState state, Leg side, SipMessage request, uint number)
    {
        // What each side may say: the subscriber SUBSCRIBE, the notifier NOTIFY.
        if (request.Method != (side.IsA ? SipMethod.Subscribe : SipMethod.Notify))
        {
            return 405;
        }

        if (number <= side.RemoteCSeq)
        {
            // 12.2.2: "the request is out of order and MUST be rejected with a 500".
            return 500;
        }

        if (side.IsA && state.Notifier is null)
        {
            // It refreshes what it has not been granted.
            return 481;
        }

        if (!IsSame(Latin1.Octets(state.Event), request.Value(HeaderId.Event)))
        {
            // RFC 6665 section 4.1.3: Event of a NOTIFY "MUST match" that of the subscription; section 4.5.2 no longer lets two share a dialog.
            return 489;
        }

        return NamedDialogs.Refusal(turn.Crossing(side, state.Opposite(side)), request);
    }

    /// <summary>RFC 6665 section 8.2.1: the event type and the id parameter identify a subscription; other parameters do not.</summary>
    private static bool IsSame(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other) =>
        EventType.Package(one).SequenceEqual(EventType.Package(other)) && EventType.Id(one).SequenceEqual(EventType.Id(other));
}
