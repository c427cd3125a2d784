using System.Diagnostics.Metrics;

namespace Controller.Cluster.Shards;

/// <summary>What the router and the gate of emissions count: meter "Controller.Cluster.Shards".</summary>
internal sealed class RouterInstruments : IDisposable
{
    public const string MeterName = "Controller.Cluster.Shards";

    private readonly Meter _meter = new(MeterName);
    private readonly long[] _counts = new long[Enum.GetValues<RouterCount>().Length];
    private long _kept;
    private long _keptBytes;

    public RouterInstruments()
    {
        _meter.CreateObservableGauge("controller.shards.kept", () => Volatile.Read(ref _kept), "{input}", "Inputs kept until their owner has settled them.");
        _meter.CreateObservableGauge("controller.shards.kept.bytes", () => Volatile.Read(ref _keptBytes), "By", "Their octets.");
        _meter.CreateObservableCounter("controller.shards.inputs", Read, "{input}", "What became of inputs and emissions between nodes.");
    }

    public long this[RouterCount count] => Volatile.Read(ref _counts[(int)count]);

    public long KeptInputs => Volatile.Read(ref _kept);

    public long KeptBytes => Volatile.Read(ref _keptBytes);

    public void Kept(int inputs, int bytes)
    {
        Interlocked.Add(ref _kept, inputs);
        Interlocked.Add(ref _keptBytes, bytes);
    }

    public void Add(RouterCount count) => Interlocked.Increment(ref _counts[(int)count]);

    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<long>> Read() =>
        Enum.GetValues<RouterCount>().Select(count => new Measurement<long>(this[count], new KeyValuePair<string, object?>("what", count.ToString())));
}

internal enum RouterCount
{
    /// <summary>Sent to an owner for the first time, or again.</summary>
    Sent,

    /// <summary>Taken for another node.</summary>
    Taken,

    /// <summary>Came again and had been taken before.</summary>
    Repeated,

    /// <summary>Somebody else's shard: its sender was told.</summary>
    Moved,
    NotTaken,

    /// <summary>Given up: nobody settled it in time.</summary>
    Dropped,

    /// <summary>Refused at the start: as much is kept as is allowed.</summary>
    Refused,

    /// <summary>This version cannot read it.</summary>
    Unreadable,

    /// <summary>A message whose owner has lost the shard meanwhile.</summary>
    EmissionDiscarded,
}
