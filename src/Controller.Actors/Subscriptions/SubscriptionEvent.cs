namespace Controller.Actors.Subscriptions;

/// <summary>What happens to a subscription. Both kinds carry the whole state, so that a subscription is one row of the journal, however long it lasts.</summary>
public abstract record SubscriptionEvent(SubscriptionState State)
{
    /// <summary>Stored before anything of it is seen: a dialog made or moved on, a request passed on, a final response.</summary>
    public sealed record Kept(SubscriptionState State) : SubscriptionEvent(State);

    /// <summary>In memory only: timers, repetitions, look-ups.</summary>
    public sealed record Became(SubscriptionState State) : SubscriptionEvent(State);
}
