using System.Diagnostics.Metrics;

namespace Controller.Cluster.Links;

/// <summary>What the links count: meter "Controller.Cluster.Links". Counting is one interlocked addition.</summary>
internal sealed class LinkInstruments : IDisposable
{
    public const string MeterName = "Controller.Cluster.Links";

    private static readonly FrameKind[] Kinds = Enum.GetValues<FrameKind>();

    private readonly Meter _meter = new(MeterName);
    private readonly Tally _sent = new();
    private readonly Tally _received = new();
    private long _up;
    private long _connected;
    private long _refused;
    private long _malformed;
    private long _unknown;
    private long _notSent;
    private long _faults;

    public LinkInstruments()
    {
        PerKind("controller.links.frames.sent", "{frame}", "Frames handed to a link, by kind.", _sent.Frames);
        PerKind("controller.links.frames.received", "{frame}", "Frames that came, by kind.", _received.Frames);
        PerKind("controller.links.bytes.sent", "By", "Octets of frames handed to a link, by kind.", _sent.Bytes);
        PerKind("controller.links.bytes.received", "By", "Octets of frames that came, by kind.", _received.Bytes);
        _meter.CreateObservableGauge("controller.links.up", () => Volatile.Read(ref _up), "{link}", "Peers that are connected.");
        Counter("controller.links.connects", "{link}", "Connections that were made, again after a loss included.", () => Volatile.Read(ref _connected));
        Counter("controller.links.refused", "{connection}", "Connections refused by either side.", () => Volatile.Read(ref _refused));
        Counter("controller.links.malformed", "{frame}", "Frames that closed their link because they make no sense.", () => Volatile.Read(ref _malformed));
        Counter("controller.links.unknown", "{frame}", "Frames of a kind that this version does not know.", () => Volatile.Read(ref _unknown));
        Counter("controller.links.faults", "{frame}", "Frames lost by a defect of this node.", () => Volatile.Read(ref _faults));
        Counter("controller.links.not-sent", "{frame}", "Frames not sent: no link, or too much waits on it.", () => Volatile.Read(ref _notSent));
    }

    public Meter Meter => _meter;

    public void Sent(FrameKind kind, int bytes) => _sent.Add(kind, bytes);

    public void Received(FrameKind kind, int bytes) => _received.Add(kind, bytes);

    public void Up()
    {
        Interlocked.Increment(ref _up);
        Interlocked.Increment(ref _connected);
    }

    public void Down() => Interlocked.Decrement(ref _up);

    public void Refused() => Interlocked.Increment(ref _refused);

    public void Malformed() => Interlocked.Increment(ref _malformed);

    public void Unknown() => Interlocked.Increment(ref _unknown);

    public void Fault() => Interlocked.Increment(ref _faults);

    public void NotSent() => Interlocked.Increment(ref _notSent);

    public void Dispose() => _meter.Dispose();

    private void Counter(string name, string unit, string description, Func<long> read) => _meter.CreateObservableCounter(name, read, unit, description);

    private void PerKind(string name, string unit, string description, long[] counts) => _meter.CreateObservableCounter(name, () => Read(counts), unit, description);

    private static IEnumerable<Measurement<long>> Read(long[] counts) =>
        from kind in Kinds
        let count = Volatile.Read(ref counts[(int)kind])
        where count != 0
        select new Measurement<long>(count, new KeyValuePair<string, object?>("kind", kind.ToString()));

    private sealed class Tally
    {
        public long[] Frames { get; } = new long[Kinds.Length];

        public long[] Bytes { get; } = new long[Kinds.Length];

        public void Add(FrameKind kind, int bytes)
        {
            Interlocked.Increment(ref Frames[(int)kind]);
            Interlocked.Add(ref Bytes[(int)kind], bytes);
        }
    }
}
