using System.Collections.Immutable;
using System.Text;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>A few nodes, their arbiter and their wires, and everything that can go wrong with them, on one thread and in virtual time: a function of its seed.</summary>
internal sealed class ClusterWorld
{
    public const int Shards = 24;
    public static readonly ImmutableArray<string> Addresses = ["10.0.0.100/24", "10.0.0.101/24"];

    /// <summary>C8: no shard is without an owner for longer, while somebody is well.</summary>
    private const long LongestGap = 3_000;
    private const long Minute = 60_000;

    private readonly Random _random;
    private readonly ArbiterFlaw _arbiterFlaw;
    private readonly List<VirtualNode> _nodes = [];
    private readonly List<string> _notes = [];
    private readonly long[] _servedAt = new long[Shards];
    private readonly long _faultsUntil;
    private readonly long _ends;
    private long _arbiterBack;
    private long _arbiterSlow;
    private long _disturbedUntil;
    private long _faultOver;
    private int _rowsSeen;
    private readonly Dictionary<ShardId, VirtualStore.Row> _last = [];
    private readonly HashSet<VirtualStore.Row> _committed = [];
    private readonly Dictionary<Incarnation, long> _fencedAt = [];

    public ClusterWorld(int seed, ArbiterFlaw arbiterFlaw = ArbiterFlaw.None, NodeFlaw flaw = NodeFlaw.None)
    {
        (Seed, Flaw, _arbiterFlaw) = (seed, flaw, arbiterFlaw);
        _random = new Random(seed);
        Schedule = new Schedule(Clock);
        Store = new VirtualStore(Shards, arbiterFlaw);
        Links = new VirtualLinks(Schedule, new Random(seed + 1));
        int nodes = _random.Next(2, 6);
        Pace = _random.Next(4) switch { 0 => 1, 1 => 2, _ => 5 };
        _ends = _random.Next(3, 6) * Pace * Minute;
        _faultsUntil = _ends - (Minute / 2);
        Lost = _random.Next(3) == 0 ? 0.02 : 0;
        for (int id = 1; id <= nodes; id++)
        {
            var node = new VirtualNode(this, id, new Random((seed * 31) + id));
            _nodes.Add(node);
            Links.Join(node);
        }
    }

    public int Seed { get; }
    public NodeFlaw Flaw { get; }
    public SimulatedClock Clock { get; } = new();
    public Schedule Schedule { get; }
    public VirtualStore Store { get; }
    public VirtualLinks Links { get; }

    /// <summary>Of every shard that changed hands after a crash: without an owner that serves for so long.</summary>
    public List<long> Gaps { get; } = [];

    public long Simulated => Clock.Now;

    public int Faults { get; private set; }

    /// <summary>How many times slower than usual heartbeats and suspicions are configured: the same logic, fewer beats an hour.</summary>
    public int Pace { get; }

    /// <summary>Of requests and answers on the way to the arbiter.</summary>
    public double Lost { get; }

    public void Run()
    {
        foreach (VirtualNode node in _nodes)
        {
            Schedule.After(_random.Next(2_000), node.Start);
        }

        _disturbedUntil = 15_000 * Pace;
        Schedule.After((10_000 + _random.Next(10_000)) * Pace, Fault);
        Schedule.After(100, Watch);
        while (Clock.Now < _ends)
        {
            Clock.Now = Math.Max(Clock.Now, Math.Min(Schedule.Next, _ends));
            while (Schedule.RunDue())
            {
            }
        }

        CheckRest();
    }

    public bool Holds(NodeTrust trust) => Flaw == NodeFlaw.NoTrustWindow || trust.Holds;

    public void Note(string what) => _notes.Add($"{Clock.Now,9} {what}");

    public void Tell(VirtualNode node, MemberNews news) => Note($"node {node.Self}: {news}");

    public long LastOf(ShardId shard) => Store.Rows.FindLast(row => row.Shard == shard).Value;

    public bool Believes(VirtualNode node, Fence fence) => Store.Shards[fence.Shard.Value] is var shard && shard.Owner == node.Self && shard.Epoch == fence.Epoch;

    /// <summary>One transaction over the wire: there, the commit, and back; each may be late, and either way may be lost.</summary>
    public void Transact(VirtualNode node, long within, double lost, Action<Action<MemberInput?>> commit, Func<MemberInput?> failed, Action<MemberInput?> answer)
    {
        long there = Wire(node);
        if (there < 0 || _random.NextDouble() < lost / 2)
        {
            node.Later(within, () => answer(failed()));
            _disturbedUntil = Math.Max(_disturbedUntil, Clock.Now + within);
            return;
        }

        bool answerLost = _random.NextDouble() < lost / 2;
        _disturbedUntil = answerLost ? Math.Max(_disturbedUntil, Clock.Now + within) : _disturbedUntil;
        Schedule.After(there, () => commit(result =>
        {
            long back = node.CutFromArbiter || answerLost ? within : _random.Next(1, 3);
            node.Later(back, () => answer(back == within ? failed() : result));
        }));
    }

    /// <summary>A write: its check and its commit are two moments.</summary>
    public void Commit(VirtualNode node, VirtualStore.Write write, Action<bool> done)
    {
        long there = Wire(node);
        if (there < 0)
        {
            // The journal tries again until it knows.
            node.Later(200, () => Commit(node, write, done));
            return;
        }

        Schedule.After(there, () => Store.Begin(write, commit => Schedule.After(_random.Next(20) == 0 ? _random.Next(100, 1_500) : _random.Next(1, 12), commit), stands =>
        {
            Check();
            AnswerWhenReachable(node, () => done(stands));
        }));
    }

    private void AnswerWhenReachable(VirtualNode node, Action answer) => node.Later(_random.Next(1, 3), () =>
    {
        if (node.CutFromArbiter || Clock.Now < _arbiterBack)
        {
            AnswerWhenReachable(node, answer);
        }
        else
        {
            answer();
        }
    });

    public void Sent(VirtualNode node, VirtualStore.Row row)
    {
        if (!_committed.Contains(row))
        {
            throw new ViolationException("C2", $"node {node.Self} sends {row}, which is not committed");
        }

        if (_fencedAt.TryGetValue(node.Self, out long fenced) && Clock.Now > fenced + (750 * Pace))
        {
            throw new ViolationException("C4", $"node {node.Self} was fenced at {fenced} and sends {row}");
        }
    }

    public string Describe() => new StringBuilder().AppendLine($"seed {Seed}, {_nodes.Count} nodes, {_ends / 1000} s, lost {Lost}, arbiter {_arbiterFlaw}").AppendJoin('\n', _notes.TakeLast(150)).ToString();

    private long Wire(VirtualNode node) => node.CutFromArbiter || Clock.Now < _arbiterBack ? -1 : Clock.Now < _arbiterSlow ? _random.Next(50, 400) : _random.Next(1, 4);

    /// <summary>C1: a shard's rows continue each other, under epochs that never fall.</summary>
    private void Check()
    {
        for (; _rowsSeen < Store.Rows.Count; _rowsSeen++)
        {
            VirtualStore.Row row = Store.Rows[_rowsSeen];
            VirtualStore.Row before = _last.GetValueOrDefault(row.Shard);
            if (row.Value != before.Value + 1 || row.Epoch.Value < before.Epoch.Value)
            {
                throw new ViolationException("C1", $"{row} was committed behind {before}");
            }

            _last[row.Shard] = row;
            _committed.Add(row);
        }
    }

    private void Watch()
    {
        foreach (VirtualNode node in _nodes)
        {
            if (node.Self.Number > 0 && !_fencedAt.ContainsKey(node.Self) && Store.IsFenced(node.Self))
            {
                _fencedAt[node.Self] = Clock.Now;
            }
        }

        bool well = _nodes.Exists(node => node.IsServing && !node.CutFromArbiter) && Clock.Now >= _arbiterBack;
        for (int shard = 0; shard < Shards; shard++)
        {
            bool served = _nodes.Exists(node => node.IsServing && node.Owns(new ShardId(shard)));
            long gap = Clock.Now - Math.Max(_servedAt[shard], 0);
            if (served)
            {
                if (gap > 100 * Pace && _servedAt[shard] > _disturbedUntil)
                {
                    Gaps.Add(gap / Pace);
                }

                _servedAt[shard] = Clock.Now;
            }
            else if (well && Clock.Now - Math.Max(_servedAt[shard], _disturbedUntil) > LongestGap * Pace)
            {
                throw new ViolationException("C8", $"nobody serves shard {shard} since {_servedAt[shard]}, though there is a node that is well");
            }
        }

        Schedule.After(100 * Pace, Watch);
    }

    private void Fault()
    {
        if (Clock.Now > _faultsUntil)
        {
            return;
        }

        Faults++;
        int count = _random.Next(5) == 0 ? 2 : 1;
        for (int i = 0; i < count; i++)
        {
            One();
        }

        Schedule.After(Pace * (_random.Next(5) == 0 ? _random.Next(3_000) : _random.Next(8_000, 60_000)), Fault);
    }

    private void One()
    {
        VirtualNode node = _nodes[_random.Next(_nodes.Count)];
        VirtualNode other = _nodes[(node.Id + _random.Next(_nodes.Count - 1)) % _nodes.Count];
        long lasts = _random.Next(3) switch { 0 => _random.Next(50, 1_000), 1 => _random.Next(1_000, 5_000), _ => _random.Next(5_000, 40_000) } * Pace;
        switch (_random.Next(9))
        {
            case 0 or 1:
                Note($"CRASH of {node.Self} for {lasts}");
                node.Kill();
                Disturbs(lasts, whole: false);
                Schedule.After(lasts, () => Restart(node));
                break;
            case 2 or 3:
                Note($"PAUSE of {node.Self} for {lasts}");
                node.Pause(lasts);
                Disturbs(lasts, whole: false);
                break;
            case 4 when node != other:
                Note($"CUT between {node.Self} and {other.Self} for {lasts}");
                bool both = _random.Next(2) == 0;
                Links.Cut(node.Id, other.Id);
                if (both)
                {
                    Links.Cut(other.Id, node.Id);
                }

                Schedule.After(lasts, () =>
                {
                    Links.Mend(node.Id, other.Id);
                    Links.Mend(other.Id, node.Id);
                });
                Disturbs(lasts, whole: false);
                break;
            case 5:
                Note($"{node.Self} is cut from the arbiter for {lasts}");
                node.CutFromArbiter = true;
                Schedule.After(lasts, () => node.CutFromArbiter = false);
                Disturbs(lasts, whole: false);
                break;
            case 6:
                Note($"the arbiter is gone for {lasts}");
                _arbiterBack = Math.Max(_arbiterBack, Clock.Now + lasts);
                Disturbs(lasts, whole: true);
                break;
            case 7:
                Note($"the arbiter is slow for {lasts}");
                _arbiterSlow = Clock.Now + lasts;
                Disturbs(lasts, whole: true);
                break;
            case 8 when node.IsAlive && !node.Leaving:
                Note($"{node.Self} is drained");
                node.Drain();
                Disturbs(3_000, whole: false);
                break;
        }
    }

    private void Restart(VirtualNode node)
    {
        if (!node.IsAlive)
        {
            node.Start();
        }
    }

    /// <summary>While several things are wrong at once, or the arbiter is, a gap is nobody's fault.</summary>
    private void Disturbs(long lasts, bool whole)
    {
        long over = Clock.Now + lasts + (LongestGap * Pace);
        if (whole || Clock.Now < _faultOver)
        {
            _disturbedUntil = Math.Max(_disturbedUntil, Math.Max(over, _faultOver));
        }

        _faultOver = Math.Max(_faultOver, over);
    }

    /// <summary>C9: after everything is mended, everybody is up, every shard has one owner that serves it, and nobody has more than its share.</summary>
    private void CheckRest()
    {
        Check();
        int rests = 0;
        while (!Rested())
        {
            if (++rests > 1200 * Pace)
            {
                throw new ViolationException("C9", $"two minutes after the last fault: {string.Join("; ", _nodes.Select(node => $"{node.Self} {(node.IsAlive ? node.Member!.Phase : "dead")} {(node.IsPaused ? "paused" : "")} {node.OpenShards} shards, {node.Addresses.Count} addresses"))}");
            }

            long until = Clock.Now + 100;
            while (Clock.Now < until)
            {
                Clock.Now = Math.Max(Clock.Now, Math.Min(Schedule.Next, until));
                while (Schedule.RunDue())
                {
                }
            }
        }
    }

    private bool Rested()
    {
        if (_nodes.Exists(node => !node.IsServing || node.Member!.Phase != MemberPhase.Up || !node.Member.IsSettled))
        {
            return false;
        }

        bool owned = Enumerable.Range(0, Shards).All(shard => _nodes.Count(node => node.Owns(new ShardId(shard))) == 1);
        bool addressed = Addresses.All(address => _nodes.Count(node => node.Addresses.Contains(address)) == 1);
        return owned && addressed && _nodes.Max(node => node.OpenShards) - _nodes.Min(node => node.OpenShards) <= 1;
    }
}
