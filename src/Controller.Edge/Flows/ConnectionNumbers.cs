using Controller.Sharding.Placement;

namespace Controller.Edge.Flows;

/// <summary>
/// Numbers for connections that no earlier process of this node, and no other node, has given out: they are journaled in flows, lead to the node that
/// has the connection, and must not lead to another's connection after a restart. Node (8 bits), start in milliseconds (41), count (14): sixteen
/// thousand a millisecond would have to be opened to run into the next start's.
/// </summary>
internal sealed class ConnectionNumbers(TimeProvider clock, int node)
{
    public const int MaxNode = 255;

    private const int NodeShift = 55;
    private const int StartShift = 14;
    private const long StartMask = (1L << (NodeShift - StartShift)) - 1;

    private long _last = ((long)node << NodeShift) | ((clock.GetUtcNow().ToUnixTimeMilliseconds() & StartMask) << StartShift);

    public static NodeId NodeOf(long number) => new((int)(number >> NodeShift) & MaxNode);

    public long Next() => Interlocked.Increment(ref _last);
}
