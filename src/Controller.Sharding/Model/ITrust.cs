namespace Controller.Sharding.Model;

/// <summary>
/// Whether this node may still believe that it owns what it owned: true for a while after each heartbeat that the arbiter answered
/// (failover.md section 4.3.8). While it does not hold, the engine decides nothing and releases nothing. Read on the message path.
/// </summary>
public interface ITrust
{
    bool Holds { get; }
}
