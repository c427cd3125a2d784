using Controller.Cluster.Links;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Tests.Shards;

/// <summary>The links between the nodes of one test: frames wait on a wire until they are delivered or lost.</summary>
internal sealed class FakeWires
{
    private readonly SortedDictionary<(int From, int To), Queue<Frame>> _wires = [];

    public HashSet<(NodeId, NodeId)> Cut { get; } = [];

    /// <summary>Those on which something waits.</summary>
    public List<(NodeId From, NodeId To)> Busy =>
        [.. _wires.Where(w => w.Value.Count > 0).Select(w => (new NodeId(w.Key.From), new NodeId(w.Key.To)))];

    public ILinks Of(NodeId self) => new End(this, self);

    public Frame Next(NodeId from, NodeId to) => _wires[(from.Value, to.Value)].Dequeue();

    public void Lose(NodeId a, NodeId b)
    {
        _wires.Remove((a.Value, b.Value));
        _wires.Remove((b.Value, a.Value));
    }

    private sealed class End(FakeWires wires, NodeId self) : ILinks
    {
        public void Know(IReadOnlyCollection<PeerAddress> peers)
        {
        }

        public bool Send(NodeId to, Frame frame)
        {
            if (wires.Cut.Contains((self, to)) || wires.Cut.Contains((to, self)))
            {
                return false;
            }

            if (!wires._wires.TryGetValue((self.Value, to.Value), out Queue<Frame>? wire))
            {
                wires._wires[(self.Value, to.Value)] = wire = new Queue<Frame>();
            }

            // What is sent is on the wire as octets, and arrives as others.
            FrameBuffer octets = new();
            FrameCodec.Write(frame, octets);
            Assert.True(FrameCodec.TryRead(octets.Written.ToArray().AsMemory(FrameCodec.LengthBytes), out Frame? read));
            wire.Enqueue(read!);
            return true;
        }

        public void Probe(PeerAddress peer, TimeSpan within)
        {
        }
    }
}
