using Controller.Cluster.Membership;
using Controller.Sharding.Model;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>Who serves what, looked at ten times a second: C4 whether a run that was fenced is silent, C7 for how long nobody served a shard, C8 that it is not too long, C9 that all is well at the end.</summary>
internal sealed class Serving
{
    private const int Every = 100;

    /// <summary>C8: no shard is without an owner for longer, while somebody is well.</summary>
    private const long LongestGap = 3_000;

    /// <summary>C4: its trust is over by then, whatever it may have missed.</summary>
    private const long SilentWithin = 750;

    private readonly Machines _machines;
    private readonly long[] _servedAt;
    private readonly Dictionary<Incarnation, long> _fencedAt = [];
    private readonly List<IVirtualEngine> _engines = [];

    public Serving(Machines machines)
    {
        _machines = machines;
        _servedAt = new long[machines.Shards];
        machines.Schedule.After(Every, Look);
    }

    /// <summary>C7: of every shard that changed hands while nothing else was wrong: for so long nobody served it, in milliseconds at heartbeats of 200.</summary>
    public List<long> Gaps { get; } = [];

    /// <summary>A message leaves that this run has decided.</summary>
    public void Sent(Incarnation by, object what)
    {
        if (_fencedAt.TryGetValue(by, out long fenced) && _machines.Clock.Now > fenced + (SilentWithin * _machines.Pace))
        {
            throw new ViolationException("C4", $"node {by} was fenced at {fenced} and sends {what}");
        }
    }

    /// <summary>C9: everybody is up, every shard and every address has one owner that serves it, and nobody has more than its share.</summary>
    public bool IsAtRest()
    {
        foreach (VirtualNode node in _machines.Nodes)
        {
            if (!node.IsServing || node.Member!.Phase != MemberPhase.Up || !node.Member.IsSettled)
            {
                return false;
            }
        }

        bool owned = Enumerable.Range(0, _machines.Shards).All(shard => _machines.Nodes.Count(node => node.Engine!.Owns(new ShardId(shard))) == 1);
        bool addressed = _machines.Addresses.All(address => _machines.Nodes.Count(node => node.Addresses.ContainsKey(address)) == 1);
        return owned && addressed && _machines.Nodes.Max(node => node.Engine!.OpenShards) - _machines.Nodes.Min(node => node.Engine!.OpenShards) <= 1;
    }

    public ViolationException NotAtRest(string since) => new("C9", $"{since}: " + string.Join("; ", _machines.Nodes.Select(node =>
        $"{node.Self} {(node.IsAlive ? node.Member!.Phase : "dead")} {(node.IsPaused ? "paused" : "")} {node.Engine!.OpenShards} shards, {node.Addresses.Count} addresses")));

    private void Look()
    {
        bool well = false;
        _engines.Clear();
        foreach (VirtualNode node in _machines.Nodes)
        {
            if (node.IsServing)
            {
                _engines.Add(node.Engine!);
                well |= !node.CutFromArbiter;
            }

            if (node.Self.Number > 0 && _machines.Store.IsFenced(node.Self))
            {
                _fencedAt.TryAdd(node.Self, _machines.Clock.Now);
            }
        }

        well &= _machines.ArbiterAnswers;
        for (int shard = 0; shard < _servedAt.Length; shard++)
        {
            if (IsServed(new ShardId(shard)))
            {
                long gap = _machines.Clock.Now - _servedAt[shard];
                if (gap > Every * _machines.Pace && _servedAt[shard] > _machines.DisturbedUntil)
                {
                    Gaps.Add(gap / _machines.Pace);
                }

                _servedAt[shard] = _machines.Clock.Now;
            }
            else if (well && _machines.Clock.Now - Math.Max(_servedAt[shard], _machines.DisturbedUntil) > LongestGap * _machines.Pace)
            {
                throw new ViolationException("C8", $"nobody serves shard {shard} since {_servedAt[shard]}, though there is a node that is well");
            }
        }

        _machines.Schedule.After(Every * _machines.Pace, Look);
    }

    private bool IsServed(ShardId shard)
    {
        foreach (IVirtualEngine engine in _engines)
        {
            if (engine.Owns(shard))
            {
                return true;
            }
        }

        return false;
    }
}
