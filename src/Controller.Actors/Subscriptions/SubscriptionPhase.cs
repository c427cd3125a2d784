namespace Controller.Actors.Subscriptions;

/// <summary>Where a subscription is. Stored: append only.</summary>
public enum SubscriptionPhase : byte
{
    /// <summary>Nothing has happened.</summary>
    None = 0,

    /// <summary>The SUBSCRIBE is here; no notifier has answered it or notified yet.</summary>
    Asked = 1,

    /// <summary>There is a dialog on both sides.</summary>
    Active = 2,

    /// <summary>Over: transactions are being absorbed until the last of their timers has fired.</summary>
    Ended = 3,
}
