using System.Net;
using Controller.Actors.Policies;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;
using Controller.Sip.Transport;

namespace Controller.Edge.Flows;

/// <summary>Leads each message to the listener that its flow names, on this node or on the one by which it has to leave.</summary>
/// <param name="peers">Null: this node is alone.</param>
internal sealed class FlowSender(SendFailures failures, IPeerEdges? peers = null, IReadOnlySet<IPAddress>? floating = null) : ISipSender
{
    private Outlets _outlets = new([], [], []);

    /// <summary>From now on messages leave by these; all are indexed as <see cref="Flow.Listener"/> is.</summary>
    /// <param name="outlets">None on a node without an edge.</param>
    public void Attach(IReadOnlyList<ListenerSettings> listeners, IReadOnlyList<IOutlet> outlets) => Volatile.Write(ref _outlets, new Outlets(
        [.. listeners.Select(l => l.Transport)], [.. listeners.Select(l => floating?.Contains(l.Listen.Address) is true ? l.Listen.Address : null)], [.. outlets]));

    public void Detach() => Volatile.Write(ref _outlets, new Outlets([], [], []));

    public void Send(Flow to, ReadOnlyMemory<byte> bytes, string branch, ActorId sender)
    {
        Outgoing message = new(to, bytes, branch, sender);

        // Nobody's decision: an answer of this edge, to what came in here.
        if (peers is null || sender == default || !LeavesElsewhere(message, peers))
        {
            SendHere(message);
        }
    }

    public void SendHere(in Outgoing message)
    {
        Outlets outlets = Volatile.Read(ref _outlets);
        Flow to = message.To;

        // A flow may come out of a journal that was written under another configuration.
        if ((uint)to.Listener >= (uint)outlets.ByListener.Length || outlets.Transports[to.Listener] != to.Transport)
        {
            failures.Report(message, "no listener for this flow");
            return;
        }

        outlets.ByListener[to.Listener].Send(message);
    }

    /// <summary>
    /// A listener on a floating address is where that address is: a connection that was made elsewhere has broken with the move. On any other listener
    /// a connection is where it was made; what names none leaves here, if there are listeners here.
    /// </summary>
    private bool LeavesElsewhere(in Outgoing message, IPeerEdges others)
    {
        Outlets outlets = Volatile.Read(ref _outlets);
        Flow to = message.To;
        if ((uint)to.Listener < (uint)outlets.Floating.Length && outlets.Floating[to.Listener] is { } address)
        {
            return others.HolderOf(address) is not { } holder ? Fail(message, "nobody holds the address")
                : holder != others.Self && (others.Send(holder, message.Sender, EmittedMessage.Write(message)) || Fail(message, "its node is not reached"));
        }

        NodeId made = ConnectionNumbers.NodeOf(to.Connection);
        if (to.Connection != 0 && (made == others.Self || others.Send(made, message.Sender, EmittedMessage.Write(message))))
        {
            return made != others.Self;
        }

        return outlets.ByListener.Length == 0 && others.Any is { } any && others.Send(any, message.Sender, EmittedMessage.Write(message));
    }

    /// <summary>A lost datagram is sent again by its timers, perhaps to the address's next holder; on a stream nobody else would find out.</summary>
    private bool Fail(in Outgoing message, string reason)
    {
        failures.Report(message.To.Transport.IsReliable() ? message : message with { Branch = "" }, reason);
        return true;
    }

    private sealed record Outlets(SipTransport[] Transports, IPAddress?[] Floating, IOutlet[] ByListener);
}
