using System.Diagnostics.Metrics;
using Controller.Cluster.Membership;

namespace Controller.Host.Composition.Homes;

/// <summary>What the membership tells an operator: a line of the log each, and histograms on the meter "Controller.Cluster".</summary>
internal sealed class ClusterNews : IDisposable
{
    private readonly ILogger _log;
    private readonly Meter _meter = new("Controller.Cluster");
    private readonly Histogram<double> _takeover;
    private readonly Histogram<double> _pause;
    private readonly Counter<long> _fences;

    public ClusterNews(ILogger log, Func<int> shards, Func<long> mapVersion)
    {
        _log = log;
        _takeover = _meter.CreateHistogram<double>("controller.cluster.takeover.duration", "s", "From the suspicion, or from shards that nobody owned, until they are open here.");
        _pause = _meter.CreateHistogram<double>("controller.cluster.handoff.pause", "s", "From the release of shards, when inputs begin to wait, until the new owner takes them.");
        _fences = _meter.CreateCounter<long>("controller.cluster.fences", "{node}", "Nodes that this one has fenced, by cause.");
        _meter.CreateObservableGauge("controller.cluster.shards", shards, "{shard}", "Shards that are this node's.");
        _meter.CreateObservableGauge("controller.cluster.map.version", mapVersion, "{change}", "Grows with every change of ownership.");
    }

    /// <summary>The membership's thread.</summary>
    public void Tell(MemberNews news)
    {
        switch (news)
        {
            case MemberNews.PhaseIs phase:
                _log.PhaseIs(phase.Phase);
                break;
            case MemberNews.Suspected suspected:
                _fences.Add(1, new KeyValuePair<string, object?>("cause", suspected.Cause));
                _log.Suspected(suspected.Node, suspected.Cause, Math.Round(suspected.Silence.TotalMilliseconds));
                break;
            case MemberNews.TookOver taken:
                _takeover.Record(taken.Opened.TotalSeconds);
                _log.TookOver(taken.Shards, taken.Actors, Math.Round(taken.Fenced.TotalMilliseconds), Math.Round(taken.Claimed.TotalMilliseconds), Math.Round(taken.Opened.TotalMilliseconds));
                break;
            case MemberNews.Received received:
                _log.Received(received.Shards, received.Actors, Milliseconds(received.Opened));
                break;
            case MemberNews.Gave gave:
                _pause.Record(gave.Pause.TotalSeconds);
                _log.Gave(gave.Shards, gave.To, Milliseconds(gave.Pause), Milliseconds(gave.Released), Milliseconds(gave.HandedOff));
                break;
            case MemberNews.Trouble trouble:
                _log.Trouble(trouble.What);
                break;
        }
    }

    public void Link(string line) => _log.Link(line);

    public void Trouble(string line) => _log.Trouble(line);

    public void Address(string address, bool held) => _log.Address(address, held ? "up" : "down");

    public void Dispose() => _meter.Dispose();

    private static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 1);
}
