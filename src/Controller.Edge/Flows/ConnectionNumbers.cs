namespace Controller.Edge.Flows;

/// <summary>
/// Numbers for connections that no earlier process of this node has given out: they are journaled in flows and must not lead to
/// another's connection after a restart. The clock gives the start; a million a millisecond would have to be opened to run into the next one's.
/// </summary>
internal sealed class ConnectionNumbers(TimeProvider clock)
{
    private long _last = clock.GetUtcNow().ToUnixTimeMilliseconds() << 20;

    public long Next() => Interlocked.Increment(ref _last);
}
