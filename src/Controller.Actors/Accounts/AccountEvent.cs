namespace Controller.Actors.Accounts;

/// <summary>What has become of an account: always the whole of it.</summary>
public abstract record AccountEvent(AccountState State)
{
    /// <summary>Stored before what was decided with it is done.</summary>
    public sealed record Kept(AccountState State) : AccountEvent(State);

    /// <summary>Volatile: a retransmission, a look-up, a look at the configuration.</summary>
    public sealed record Became(AccountState State) : AccountEvent(State);
}
