using System.Diagnostics;
using System.Globalization;
using System.Net;
using Controller.Interop.Tests.Cluster.Bed;
using Controller.Interop.Tests.Cluster.Checks;
using Controller.Interop.Tests.Cluster.Load;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster;

/// <summary>A cluster that has started, with its network and its parties.</summary>
internal sealed class RunningCluster : IDisposable
{
    /// <summary>
    /// Two processors for all nodes, their database and all parties, on a machine that others use too: there one and the same commit has measured 0.25 and 0.51 s for a
    /// takeover. Twice the wanted is a defect wherever it runs.
    /// </summary>
    private const double Slack = 2;

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly List<string> _slow = [];
    private readonly TimeSpan _processorBefore = ProcessFigures.ProcessorTime(Environment.ProcessId);

    public RunningCluster(int nodes, string extra = "", IReadOnlyList<string>? roles = null)
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("CLUSTER_SEED"), CultureInfo.InvariantCulture, out int given) ? given : Environment.TickCount & 0xFFFF;
        Figures.Record($"seed: cluster of {nodes}, CLUSTER_SEED={seed}");
        Random = new Random(seed);
        Network = new ClusterNetwork(nodes);
        try
        {
            Load = new ClusterLoad(Network.Here, new IPEndPoint(Network.Floating, ClusterSetup.AccessPort), seed);
            Bed = new ClusterBed(nodes, Network, Load.Callee.Address.Port, Load.StreamCallee.Address.Port, extra, roles);
            Bed.Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public ClusterBed Bed { get; } = null!;
    public ClusterLoad Load { get; } = null!;
    public ClusterNetwork Network { get; }
    public IReadOnlyList<ClusterNode> Nodes => Bed.Nodes;

    /// <summary>Seeded: one thread at a time.</summary>
    public Random Random { get; }

    /// <summary>A figure of this test: it is printed, and fails the test, once the cluster is whole again, if it is more than <see cref="Slack"/> times what is wanted.</summary>
    /// <param name="times">How many times the wanted it is; above 1 it is printed as missed.</param>
    public void Judge(double times, string figure)
    {
        Figures.Record($"figure: {figure}{(times > 1 ? " MISSED" : "")}");
        if (times > Slack)
        {
            _slow.Add(figure);
        }
    }

    /// <summary>The figures that were not right since the last question.</summary>
    public string[] TakeSlow()
    {
        string[] slow = [.. _slow];
        _slow.Clear();
        return slow;
    }

    /// <summary>Whatever was done to it: every node runs and has its share again, calls can be reached, and nobody has seen what must not be.</summary>
    public void Settle(int probe)
    {
        Network.Heal();
        Bed.Restore();
        Load.Probe(probe);
        Load.AssertNoViolation();
    }

    /// <summary>All calls end in order, are charged once each, and leave nothing behind.</summary>
    public void Finish()
    {
        Load.Probe(int.MaxValue);
        Load.End();
        TimeSpan used = ProcessFigures.ProcessorTime(Environment.ProcessId) - _processorBefore;
        Figures.Record(string.Create(CultureInfo.InvariantCulture,
            $"figure: {Load.Started} calls in {_watch.Elapsed.TotalSeconds:0} s, {Load.TurnedAway} turned away; the parties used {used / _watch.Elapsed:0.00} of a core"));
        ChargingCheck.Assert([.. Load.Calls], Bed.ChargingFiles);
        JournalCheck.AssertOnlyOwnersWrote(Bed);
        JournalCheck.AwaitEmpty(Bed);
        Load.AssertNoViolation();
        foreach (ClusterNode node in Bed.Nodes)
        {
            node.AssertNoStackTrace();
        }
    }

    public void Dispose()
    {
        Load?.Dispose();
        Bed?.Dispose();
        Network.Dispose();
    }
}
