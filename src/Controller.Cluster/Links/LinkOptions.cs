using System.Net;
using Controller.Cluster.Membership;

namespace Controller.Cluster.Links;

/// <summary>What a node needs to be connected with the others.</summary>
/// <param name="Listen">cluster.link.listen; port 0: one that the system chooses.</param>
/// <param name="Level">Of this software (<see cref="NodeRow.Level"/>).</param>
/// <param name="Identity">A hash of the cluster's secret: what else is sent to whoever answers at a peer's address.</param>
public sealed record LinkOptions(IPEndPoint Listen, Incarnation Self, int Level, ReadOnlyMemory<byte> Identity)
{
    /// <summary>Between two attempts to connect with a peer that is known.</summary>
    public TimeSpan Reconnect { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>For a connection and for the hello on it.</summary>
    public TimeSpan Handshake { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>What was sent and is not acknowledged after this long ends the connection (TCP_USER_TIMEOUT).</summary>
    public TimeSpan Unacknowledged { get; init; } = TimeSpan.FromMilliseconds(1000);

    /// <summary>Octets that may wait for one peer; a frame more is not sent.</summary>
    public int MaxQueuedBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Takes one line for an operator, such as a refusal and its reason. Called on any thread; the same line is not repeated.</summary>
    public Action<string> Report { get; init; } = static _ => { };
}
