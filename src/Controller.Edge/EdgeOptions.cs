using System.Net;
using Controller.Actors.Policies;
using Controller.Edge.Resolution;
using Controller.Sip.Framing;
using Controller.Sip.Messages;

namespace Controller.Edge;

/// <summary>What the edge allows itself and others. Fixed for the life of the process.</summary>
public sealed record EdgeOptions
{
    /// <summary>Budgets of one message; what is larger is answered 513 and, on a stream, the connection is closed.</summary>
    public SipLimits Limits { get; init; } = SipLimits.Default;

    /// <summary>Methods and option tags that pass the door; also what an OPTIONS is told.</summary>
    public RequestRules Rules { get; init; } = Capabilities.Rules;

    /// <summary>SO_RCVBUF and SO_SNDBUF of datagram sockets, in bytes; the system may grant less.</summary>
    public int SocketBufferBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Sockets of each datagram listener, each read by a thread of its own; more than one on Linux only.</summary>
    public int Receivers { get; init; } = 1;

    /// <summary>Connections of all stream listeners together, accepted and opened; one more is closed at once.</summary>
    public int MaxConnections { get; init; } = 10_000;

    /// <summary>Bytes that may wait for one slow reader; one more message closes its connection.</summary>
    public int MaxSendQueueBytes { get; init; } = 512 * 1024;

    /// <summary>Shorter than timer B (RFC 3261 section 17.1.1.2), so that the next target can still be tried.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How long a connection may take to deliver its first whole message, and any message from its first byte to its last.</summary>
    public TimeSpan MessageTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Silence in both directions; longer than a registration lasts by default, because calls arrive on the flow of the REGISTER.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(65);

    /// <summary>How long a connection whose framing is lost may still take the answer that says so.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How many sources each receiver of a datagram listener remembers the <see cref="Controller.Sip.Transport.Flow"/> of.</summary>
    public int FlowCacheSize { get; init; } = 65_536;

    /// <summary>How next hops are looked up.</summary>
    public ResolverOptions Resolver { get; init; } = new();

    /// <summary>This node's number in its cluster, at most 255: connections carry it, so that others find them. 0 if it is alone.</summary>
    public int Node { get; init; }

    /// <summary>False for a node that owns actors only: what they send leaves by another's edge.</summary>
    public bool HasListeners { get; init; } = true;

    /// <summary>Addresses that move between the nodes. A listener on one is bound wherever the address is, and only its holder sends by it.</summary>
    public IReadOnlySet<IPAddress> FloatingAddresses { get; init; } = new HashSet<IPAddress>();

    /// <summary>Retry-After of a 503 sent because the actors take no more work, in seconds.</summary>
    public int RetryAfterSeconds { get; init; } = 5;
}
