using System.Collections.Immutable;
using System.Text;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>A cluster that counts, and everything that can go wrong with it, on one thread and in virtual time: a function of its seed.</summary>
internal sealed class ClusterWorld
{
    private const int Shards = 24;
    private const long Minute = 60_000;

    private static readonly ImmutableArray<string> Addresses = ["10.0.0.100/24", "10.0.0.101/24"];

    private readonly Random _random;
    private readonly Machines _machines;
    private readonly List<(long At, FormattableString What)> _notes = [];
    private readonly Row[] _last = new Row[Shards];
    private readonly Serving _serving;
    private readonly long _ends;

    public ClusterWorld(int seed, ArbiterFlaw arbiterFlaw = ArbiterFlaw.None, NodeFlaw flaw = NodeFlaw.None, bool thinned = true)
    {
        Seed = seed;
        _random = new Random(seed);
        int pace = _random.Next(4) switch { 0 => 1, 1 => 2, _ => 5 };
        _ends = _random.Next(3, 6) * pace * Minute;
        double lost = _random.Next(3) == 0 ? 0.02 : 0;
        _machines = new Machines(
            _random, Clock, _random.Next(2, 6), Shards, Addresses, pace, lost, node => new Counters(this, _machines!, node), Note, arbiterFlaw, flaw)
        { IsThinned = thinned };
        _serving = new Serving(_machines);
    }

    public int Seed { get; }

    /// <summary>How long a node waits between two writes of its own, in milliseconds: some races are seen only by those who write much.</summary>
    public int WriteEvery { get; init; } = 400;
    public SimulatedClock Clock { get; } = new();

    /// <inheritdoc cref="Serving.Gaps"/>
    public List<long> Gaps => _serving.Gaps;

    public int Faults { get; private set; }

    /// <summary>Of everything that happened and when: two worlds with the same one are the same world.</summary>
    public ulong Fingerprint { get; private set; } = 14695981039346656037;

    public void Run()
    {
        Start();
        _machines.DisturbedUntil = 15_000 * _machines.Pace;
        _machines.Schedule.After((10_000 + _random.Next(10_000)) * _machines.Pace, Fault);
        Pass(_ends);
        Rest();
    }

    /// <summary>All is well but for one link, one way or both.</summary>
    /// <returns>How many nodes that costs.</returns>
    public long LoseLink()
    {
        Start();
        Pass(10_000 * _machines.Pace);
        Rest();
        long before = _machines.Store.Incarnations;
        int one = _random.Next(_machines.Nodes.Count), other = (one + 1 + _random.Next(_machines.Nodes.Count - 1)) % _machines.Nodes.Count;
        long lasts = 8_000 * _machines.Pace;
        _machines.Cut(_machines.Nodes[one], _machines.Nodes[other], lasts, both: _random.Next(2) == 0);
        Pass(Clock.Now + lasts);
        Rest();
        return _machines.Store.Incarnations - before;
    }

    public long LastOf(ShardId shard) => _last[shard.Value].Value;

    /// <summary>C1: a shard's rows continue each other, under epochs that never fall.</summary>
    public void Committed(Row row)
    {
        Row before = _last[row.Shard.Value];
        if (row.Value != before.Value + 1 || row.Epoch.Value < before.Epoch.Value)
        {
            throw new ViolationException("C1", $"{row} was committed behind {before}");
        }

        _last[row.Shard.Value] = row;
        Mix(row.Shard.Value);
        Mix(row.Epoch.Value);
        Mix(row.By.Number);
    }

    public void Sent(VirtualNode node, Row row)
    {
        Row last = _last[row.Shard.Value];
        if (row.Value > last.Value || (row.Value == last.Value && row != last))
        {
            throw new ViolationException("C2", $"node {node.Self} sends {row}, which is not committed");
        }

        Mix(row.By.Number);
        _serving.Sent(node.Self, row);
    }

    public string Describe() =>
        new StringBuilder().AppendLine($"seed {Seed}, {_machines.Nodes.Count} nodes, {_ends / 1000} s, pace {_machines.Pace}, lost {_machines.Lost}")
            .AppendJoin('\n', _notes.TakeLast(150).Select(note => FormattableString.Invariant($"{note.At,9} {FormattableString.Invariant(note.What)}"))).ToString();

    /// <summary>Most worlds are never told of: it is kept as it is, and written when somebody wants to read it.</summary>
    private void Note(FormattableString what)
    {
        _notes.Add((Clock.Now, what));
        Mix(what.Format.Length);
    }

    private void Mix(long value) => Fingerprint = (((Fingerprint ^ (ulong)Clock.Now) * 1099511628211) ^ (ulong)value) * 1099511628211;

    private void Start()
    {
        foreach (VirtualNode node in _machines.Nodes)
        {
            _machines.Schedule.After(_random.Next(2_000), node.Start);
        }
    }

    private void Pass(long until)
    {
        while (Clock.Now < until)
        {
            Clock.Now = Math.Max(Clock.Now, Math.Min(_machines.Next, until));
            while (_machines.RunDue())
            {
            }
        }
    }

    private void Fault()
    {
        if (Clock.Now > _ends - (Minute / 2))
        {
            return;
        }

        Faults++;
        for (int i = _random.Next(5) == 0 ? 2 : 1; i > 0; i--)
        {
            _machines.Any(_machines.Pace * _random.Next(3) switch { 0 => _random.Next(50, 1_000), 1 => _random.Next(1_000, 5_000), _ => _random.Next(5_000, 40_000) });
        }

        _machines.Schedule.After(_machines.Pace * (_random.Next(5) == 0 ? _random.Next(3_000) : _random.Next(8_000, 60_000)), Fault);
    }

    /// <summary>C9: after everything is mended.</summary>
    private void Rest()
    {
        for (int rests = 0; !_serving.IsAtRest(); rests++)
        {
            if (rests > 1200 * _machines.Pace)
            {
                throw _serving.NotAtRest("two minutes after the last fault");
            }

            Pass(Clock.Now + 100);
        }
    }

    /// <param name="Value">Of its shard's counter, which each row continues.</param>
    internal readonly record struct Row(ShardId Shard, Epoch Epoch, Incarnation By, long Value);
}
