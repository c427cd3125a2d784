using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
using Controller.Actors.Exchanges;

namespace Controller.Actors.Subscriptions;

/// <summary>What happens without a message: timers, transport failures, a recovery.</summary>
internal static class Due
{
    public static SubscriptionState TimerDue(ForwardingTurn turn, SubscriptionState state)
    {
        if (state.First is { } first)
        {
            state = Beginning.Settle(turn, state, Forks.TimerDue(turn, first));
        }

        foreach (Transaction transaction in state.Transactions)
        {
            if (Timers.Elapse(turn, transaction, out bool timedOut) is var next && next != transaction)
            {
                state = state.Replacing(transaction, next);
            }

            if (timedOut)
            {
                state = Responded.Failed(turn, state, transaction, 408);
            }
        }

        // A request whose answer could reach nobody any more (RFC 4320 section 4.2) was ended with its peer, by timer F.
        return state.Phase == SubscriptionPhase.Active && state.ExpiresAt <= turn.Now ? state with { Phase = SubscriptionPhase.Ended } : state;
    }

    public static SubscriptionState TransportFailed(ForwardingTurn turn, SubscriptionState state, string branch)
    {
        if (state.First is { } first && first.FindClient(branch) is { } tried)
        {
            return Beginning.Settle(turn, state, Forks.TransportFailed(turn, first, tried));
        }

        if (state.FindClient(branch) is not { IsPending: true } client)
        {
            return state;
        }

        Leg side = client.Leg == 0 ? state.Subscriber! : state.Notifier!;
        if (NextHops.OtherThan(turn.Settings, side, client.Flow) is { } other)
        {
            turn.Send(other, client.Request, client.Branch);
            return state.Replacing(client, client with { Flow = other });
        }

        // 8.1.3.1: "If a fatal transport error is reported by the transport layer … the condition MUST be treated as a 503".
        return Responded.Failed(turn, state.Replacing(client, null), client, 503);
    }

    /// <summary>Just rebuilt from the journal: requests that wait for an answer go out once more, with the same bytes.</summary>
    public static SubscriptionState Recovered(ForwardingTurn turn, SubscriptionState state)
    {
        foreach (Transaction transaction in state.Transactions)
        {
            if (transaction is { IsClient: true, IsPending: true })
            {
                state = state.Replacing(transaction, Timers.Again(turn, transaction));
            }
        }

        if (state.First is not { } first)
        {
            return state;
        }

        bool open = false;
        foreach (Transaction client in first.Clients)
        {
            if (client.IsPending)
            {
                open = true;
                first = Forks.Replace(first, client, Timers.Again(turn, client));
            }
        }

        // The address of the next target was being looked up.
        return Beginning.Settle(turn, state, open || first.IsDecided || first.Targets.IsEmpty ? first : Forwarding.TryNext(turn, first));
    }
}
