using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
using Controller.Actors.Exchanges;
using Controller.Actors.Policies;
using Controller.Sharding.Model;

namespace Controller.Actors.Subscriptions;

/// <summary>
/// A subscription (RFC 6665) through us: the subscriber's dialog on one side, the notifier's on the other, nothing in common but us. SUBSCRIBE crosses
/// one way, NOTIFY the other.
/// <code>
///   None ──SUBSCRIBE──▶ Asked ──2xx or NOTIFY──▶ Active ──terminated, 481, expired──▶ Ended ──timers──▶ (forgotten)
///                         └──────refused, no answer───────────────────────────────────▲
/// </code>
/// Invariants: (1) one dialog on each side: a second notifier, from a fork, is told 481; (2) what one side has been told is stored before; (3) the
/// subscription ends here when it ends at the notifier, at the latest when what was granted is over.
/// </summary>
public readonly struct Subscription : IActor<SubscriptionState, CallInput, SubscriptionEvent, CallEffect, ControllerSettings>
{
    public static SubscriptionState Empty => SubscriptionState.Empty;

    public static CallInput TimerDue => CallInput.TimerDue.Instance;

    public static CallInput Recovered => CallInput.Recovered.Instance;

    public static Decision<SubscriptionState, SubscriptionEvent, CallEffect> Decide(SubscriptionState state, CallInput input, in ActorContext<ControllerSettings> context)
    {
        var turn = new ForwardingTurn(context, state.Lookups);
        SubscriptionState next = input switch
        {
            CallInput.RequestReceived received => Requested.Take(turn, state, received.Request, received.Flow),
            CallInput.ResponseReceived received => Responded.Take(turn, state, received.Response),
            CallInput.TransportFailed failed => Due.TransportFailed(turn, state, failed.Branch),
            CallInput.BindingsFound found when state.First is { } first && first.Lookup == found.Lookup =>
                Beginning.Settle(turn, state, Forwarding.BindingsFound(turn, first, found.Bindings)),
            CallInput.Resolved resolved when state.First is { } first && first.Lookup == resolved.Lookup =>
                Beginning.Settle(turn, state, Forwarding.Resolved(turn, first, resolved.Targets)),
            CallInput.TimerDue => Due.TimerDue(turn, state),
            CallInput.Recovered => Due.Recovered(turn, state),

            // A look-up that nobody waits for any more; what is asked of calls means nothing here.
            _ => state,
        };
        next = next.IsOver ? SubscriptionState.Empty : next with { Lookups = turn.Lookups };
        return next == state
            ? new(next, [], turn.Effects, Stop: next.IsOver)
            : new(next, [turn.IsKept && !next.IsOver ? new SubscriptionEvent.Kept(next) : new SubscriptionEvent.Became(next)], turn.Effects, Stop: next.IsOver);
    }

    public static SubscriptionState Evolve(SubscriptionState state, SubscriptionEvent happened) => happened.State;

    public static Instant NextDue(SubscriptionState state)
    {
        Instant due = state.Phase == SubscriptionPhase.Active ? state.ExpiresAt : Instant.Never;
        foreach (Transaction transaction in state.Transactions)
        {
            due = Instant.Earlier(due, transaction.NextDue);
        }

        return state.First is { } first ? Instant.Earlier(due, first.NextDue) : due;
    }

    public static Durability DurabilityOf(SubscriptionEvent happened) => happened is SubscriptionEvent.Kept ? Durability.Required : Durability.Volatile;
}
