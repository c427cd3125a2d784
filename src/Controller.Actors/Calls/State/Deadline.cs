using Controller.Sharding.Model;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.State;

/// <summary>A timer that runs: its letter and when it fires.</summary>
public readonly record struct Deadline(TransactionTimer Timer, Instant At)
{
    public static readonly Deadline None = new(TransactionTimer.None, Instant.Never);

    public bool IsDue(Instant now) => At <= now;
}
