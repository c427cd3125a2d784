using System.Diagnostics.Metrics;
using System.Net;
using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Tests.Links;

/// <summary>A node's links on a free loopback port.</summary>
internal sealed class LinkedNode : IDisposable
{
    public static readonly byte[] Cluster = [1, 2, 3];

    private readonly List<string> _reports = [];

    public LinkedNode(int node, long number = 1, int level = 1, byte[]? identity = null, IPEndPoint? listen = null, Func<LinkOptions, LinkOptions>? with = null)
    {
        LinkOptions options = new(listen ?? new IPEndPoint(IPAddress.Loopback, 0), new Incarnation(new NodeId(node), number), level, identity ?? Cluster)
        {
            Reconnect = TimeSpan.FromMilliseconds(20),
            Report = line =>
            {
                lock (_reports)
                {
                    _reports.Add(line);
                }
            },
        };
        Self = options.Self;
        Mesh = new LinkMesh(with?.Invoke(options) ?? options, Told);
    }

    public Incarnation Self { get; }

    public Told Told { get; } = new();

    public LinkMesh Mesh { get; }

    public PeerAddress Address => new(Self, Mesh.Bound.ToString());

    public string Up => $"up {Self}";

    public string Down => $"down {Self}";

    public IReadOnlyList<string> Reports
    {
        get
        {
            lock (_reports)
            {
                return [.. _reports];
            }
        }
    }

    public static void Join(params LinkedNode[] nodes)
    {
        foreach (LinkedNode node in nodes)
        {
            node.Mesh.Know([.. nodes.Select(n => n.Address)]);
        }

        foreach (LinkedNode node in nodes)
        {
            foreach (LinkedNode other in nodes.Where(n => n != node))
            {
                node.Told.Await(other.Up);
            }
        }
    }

    public bool Send(LinkedNode to, Frame frame) => Mesh.Send(to.Self.Node, frame);

    public long Counted(string instrument)
    {
        long sum = 0;
        using MeterListener listener = new();
        listener.InstrumentPublished = (published, l) =>
        {
            if (published.Meter == Mesh.Instruments.Meter && published.Name == instrument)
            {
                l.EnableMeasurementEvents(published);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) => sum += value);
        listener.Start();
        listener.RecordObservableInstruments();
        return sum;
    }

    /// <summary>Polls a count of the node's, at most ten seconds.</summary>
    public void AwaitCounted(string instrument, long atLeast) =>
        Assert.True(SpinWait.SpinUntil(() => Counted(instrument) >= atLeast, TimeSpan.FromSeconds(10)), $"{instrument}: {Counted(instrument)}, not {atLeast}");

    public void Dispose() => Mesh.Dispose();
}
