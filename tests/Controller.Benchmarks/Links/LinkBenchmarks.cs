using System.Net;
using Controller.Benchmarks.Harness;
using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Benchmarks.Links;

/// <summary>An input of 1 KB to the other node, and one back: what it costs a call that it lives elsewhere.</summary>
internal static class LinkBenchmarks
{
    public static IEnumerable<Benchmark> All => [new("link: 1 KB there and back", RoundTrip, Shared: true)];

    private static Subject RoundTrip()
    {
        var here = new Listening();
        var there = new Listening();
        LinkMesh near = Mesh(1, here), far = Mesh(2, there);
        PeerAddress[] both = [Address(1, near), Address(2, far)];
        near.Know(both);
        far.Know(both);
        Assert.True(here.Connections.Wait(10_000) && there.Connections.Wait(10_000), "the link does not come up");
        var frame = new Frame.Tell(1, 0, new Epoch(1), new ActorId(new ActorKind(1), 1), new byte[1024]);
        there.OnFrame = () => far.Send(new NodeId(1), frame);
        return new Subject(operations =>
        {
            for (int i = 0; i < operations; i++)
            {
                near.Send(new NodeId(2), frame);
                here.Frames.Wait();
            }
        }, near, far);
    }

    private static LinkMesh Mesh(int node, ILinkEvents events) =>
        new(new LinkOptions(new IPEndPoint(IPAddress.Loopback, 0), new Incarnation(new NodeId(node), 1), 1, new byte[] { 1, 2, 3 }) { Reconnect = TimeSpan.FromMilliseconds(20) }, events);

    private static PeerAddress Address(int node, LinkMesh mesh) => new(new Incarnation(new NodeId(node), 1), mesh.Bound.ToString());

    private sealed class Listening : ILinkEvents
    {
        public SemaphoreSlim Connections { get; } = new(0);
        public SemaphoreSlim Frames { get; } = new(0);
        public Action? OnFrame { get; set; }

        public void Connected(Incarnation peer) => Connections.Release();

        public void Disconnected(Incarnation peer)
        {
            // It does when the other end is closed.
        }

        public void Received(Incarnation from, Frame frame)
        {
            if (OnFrame is null)
            {
                Frames.Release();
            }
            else
            {
                OnFrame();
            }
        }

        public void Probed(Incarnation peer, ProbeOutcome outcome)
        {
            // Nobody is probed.
        }
    }
}
