namespace Controller.Actors.Exchanges;

/// <summary>What happens to an exchange; nothing of it is stored.</summary>
public abstract record ExchangeEvent
{
    private ExchangeEvent() { }

    /// <summary>It stands like this now.</summary>
    public sealed record Became(ExchangeState State) : ExchangeEvent;
}
