using Controller.Cluster.Membership;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Links;

/// <summary>The connections to the other nodes: one to each, both ways, frames in order. Thread-safe; nothing blocks.</summary>
public interface ILinks
{
    /// <summary>Whom to be connected with, from now on. A connection to anybody else, or to another incarnation, is closed.</summary>
    void Know(IReadOnlyCollection<PeerAddress> peers);

    /// <returns>False if there is no connection, or too much waits on it: the frame is not sent.</returns>
    bool Send(NodeId to, Frame frame);

    /// <summary>Opens a fresh connection and closes it: whether somebody listens there. Answered within <paramref name="within"/> by <see cref="ILinkEvents.Probed"/>.</summary>
    void Probe(PeerAddress peer, TimeSpan within);
}

/// <param name="Address">Host and port.</param>
public sealed record PeerAddress(Incarnation Node, string Address);

/// <summary>What happens on the links. Called on any thread, for one peer in order; must not block.</summary>
public interface ILinkEvents
{
    void Connected(Incarnation peer);

    /// <summary>The connection has ended: end of stream, reset, or nothing acknowledged for too long.</summary>
    void Disconnected(Incarnation peer);

    /// <param name="frame">Its octets belong to the link again when this returns.</param>
    void Received(Incarnation from, Frame frame);

    void Probed(Incarnation peer, ProbeOutcome outcome);
}

public enum ProbeOutcome
{
    /// <summary>Its kernel says that nobody listens: the process is gone.</summary>
    Refused,

    /// <summary>The connection was made: its kernel lives, which says nothing of the process.</summary>
    Accepted,

    Silent,
}
