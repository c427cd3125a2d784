using System.Diagnostics;
using System.Globalization;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Soak;

/// <summary>What a node holds, sampled over time, written to artifacts/soak/samples.csv as it goes.</summary>
internal sealed class SoakSamples : IDisposable
{
    public const int ManagedHeap = 0, Resident = 1, Handles = 2, Threads = 3, Actors = 4, Rows = 5, ProcessorSeconds = 6;
    private static readonly string[] Names = ["managed_heap_bytes", "resident_bytes", "handles", "threads", "actors", "journal_rows", "processor_seconds"];
    private readonly NodeProcess _node;
    private readonly List<double[]> _taken = [];
    private readonly StreamWriter _file;
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public SoakSamples(NodeProcess node)
    {
        _node = node;
        string folder = Path.Combine(Repository.Root, "artifacts/soak");
        Directory.CreateDirectory(folder);
        _file = new StreamWriter(Path.Combine(folder, "samples.csv")) { AutoFlush = true };
        _file.WriteLine("seconds," + string.Join(',', Names));
    }

    public void Take()
    {
        NodeAdmin admin = _node.Admin;
        double[] sample =
        [
            admin.Sum("heap", "bytes"),
            ProcessFigures.ResidentKiB(_node.Id) * 1024.0,
            ProcessFigures.Handles(_node.Id),
            ProcessFigures.Threads(_node.Id),
            admin.Sum("actors"),
            JournalRows.Count(_node.Setup.DataFolder, "journal") + JournalRows.Count(_node.Setup.DataFolder, "outbox"),
            ProcessFigures.ProcessorTime(_node.Id).TotalSeconds,
        ];
        _taken.Add(sample);
        _file.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_watch.Elapsed.TotalSeconds:0},{string.Join(',', sample.Select(value => value.ToString(CultureInfo.InvariantCulture)))}"));
    }

    public double First(int figure) => _taken[0][figure];

    /// <summary>A fresh sample's value.</summary>
    public double Latest(int figure)
    {
        Take();
        return _taken[^1][figure];
    }

    /// <summary>The lowest value of the last fifth is no higher than the lowest of the second fifth, but for the slack: the floor does not rise.</summary>
    public void AssertFlat(int figure, double slack)
    {
        double[] values = [.. _taken.Select(sample => sample[figure])];
        Assert.True(values.Max() > 0, Names[figure] + " is not measured");
        int fifth = Math.Max(1, values.Length / 5);
        double early = values.Skip(fifth).Take(fifth).DefaultIfEmpty(values[0]).Min(), late = values.TakeLast(fifth).Min();
        Assert.True(late <= (early * 1.1) + slack, $"{Names[figure]} rose from {early:0} to {late:0}; {Describe()}");
    }

    public string Describe() => string.Join(", ", Names.Select((name, i) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} {_taken[0][i]:0} -> {_taken.Max(sample => sample[i]):0} -> {_taken[^1][i]:0}"))) + " (first, highest, last)";

    public void Dispose() => _file.Dispose();
}
