using Controller.Actors.Policies;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Edge.Flows;

/// <summary>Leads each message to the listener that its flow names.</summary>
internal sealed class FlowSender(SendFailures failures) : ISipSender
{
    private Outlets _outlets = new([], []);

    /// <summary>From now on messages leave by these; both are indexed as <see cref="Flow.Listener"/> is.</summary>
    public void Attach(IReadOnlyList<ListenerSettings> listeners, IReadOnlyList<IOutlet> outlets) =>
        Volatile.Write(ref _outlets, new Outlets([.. listeners.Select(l => l.Transport)], [.. outlets]));

    public void Detach() => Volatile.Write(ref _outlets, new Outlets([], []));

    public void Send(Flow to, ReadOnlyMemory<byte> bytes, string branch, ActorId sender)
    {
        Outlets outlets = Volatile.Read(ref _outlets);
        Outgoing message = new(to, bytes, branch, sender);

        // A flow may come out of a journal that was written under another configuration.
        if ((uint)to.Listener >= (uint)outlets.ByListener.Length || outlets.Transports[to.Listener] != to.Transport)
        {
            failures.Report(message, "no listener for this flow");
            return;
        }

        outlets.ByListener[to.Listener].Send(message);
    }

    private sealed record Outlets(SipTransport[] Transports, IOutlet[] ByListener);
}
