using Controller.Actors.Calls;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Exchanges;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;

namespace Controller.Actors.Subscriptions;

/// <summary>Responses to requests of ours, and what takes their place when there is none.</summary>
internal static class Responded
{
    public static SubscriptionState Take(ForwardingTurn turn, SubscriptionState state, SipMessage response)
    {
        string branch = Dialogs.ClientBranch(response);
        if (state.First is { } first && first.FindClient(branch) is { } tried && tried.Method == response.Method)
        {
            return Beginning.Settle(turn, state, Forks.Responded(turn, first, tried, response));
        }

        if (state.FindClient(branch) is not { } client || client.Method != response.Method)
        {
            return state;
        }

        Transaction next = client.Step(TransactionInput.Received(response.StatusCode), turn.Now, out TransactionEffects effects);
        state = state.Replacing(client, (effects & TransactionEffects.Terminated) != 0 ? null : response.StatusCode < 200 ? next : next with { Request = default });
        if ((effects & TransactionEffects.PassToUser) == 0 || response.StatusCode < 200)
        {
            return state;
        }

        turn.Keep();
        state = Moved(turn, state, client, response);
        return state.FindServer(client.Peer) is { Received: { } request } server
            ? Answer(turn, state, server, response.StatusCode, Answers.Passed(request, turn.Crossing(Side(state, client), Side(state, server)), "", response))
            : state;
    }

    /// <summary>No response came (408), or the request could not be sent (503).</summary>
    public static SubscriptionState Failed(ForwardingTurn turn, SubscriptionState state, Transaction client, int status)
    {
        turn.Keep();

        // RFC 6665 section 4.2.2: "If the NOTIFY request fails … due to a timeout condition, the notifier MUST remove the subscription". A refresh that
        // nobody answers leaves it as long as was granted (4.1.2.2).
        if (client.Method == SipMethod.Notify && status == 408)
        {
            state = state with { Phase = SubscriptionPhase.Ended };
        }

        return state.FindServer(client.Peer) is { Received: { } request } server
            ? Answer(turn, state, server, status, Answers.Own(request, Side(state, server), "", status))
            : state;
    }

    private static SubscriptionState Moved(ForwardingTurn turn, SubscriptionState state, Transaction client, SipMessage response)
    {
        if (state.Phase != SubscriptionPhase.Active)
        {
            return state;
        }

        if (EndsSubscription(response.StatusCode))
        {
            return state with { Phase = SubscriptionPhase.Ended };
        }

        if (client.Method == SipMethod.Subscribe && response.StatusCode < 300)
        {
            string contact = Dialogs.ContactUri(response);
            return (Beginning.Granted(response) is { } seconds ? state with { ExpiresAt = Beginning.Expiry(turn, seconds) } : state)
                .With(contact.Length > 0 ? state.Notifier! with { RemoteTarget = contact } : state.Notifier!);
        }

        return state;
    }

    /// <summary>RFC 6665 sections 4.1.2.2 and 4.2.2: "404, 405, 410, 416, 480-485, 489, 501, or 604" end it, in either direction; any other failure does not.</summary>
    private static bool EndsSubscription(int status) => status is 404 or 405 or 410 or 416 or (>= 480 and <= 485) or 489 or 501 or 604;

    private static SubscriptionState Answer(ForwardingTurn turn, SubscriptionState state, Transaction server, int status, byte[] response) =>
        state.Replacing(server, Timers.Answer(turn, server, status, response));

    private static Leg Side(SubscriptionState state, Transaction transaction) => transaction.Leg == 0 ? state.Subscriber! : state.Notifier!;
}
