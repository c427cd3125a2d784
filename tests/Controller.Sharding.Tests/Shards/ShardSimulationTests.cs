using Controller.Sharding.Embedded;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sharding.Tests.Toys;
using Xunit.Abstractions;

namespace Controller.Sharding.Tests.Shards;

/// <summary>
/// Three engines over one store in one thread: random inputs, hand-overs, takeovers of which the earlier owner hears late or never, trust that comes and goes,
/// commits that are held, fail, or are not known. Laws, at every single effect: what is said is stored; whoever says it trusts, and has not lost the shard.
/// </summary>
public sealed class ShardSimulationTests : IDisposable
{
    private const int Actors = 24;

    private readonly ITestOutputHelper _output;
    private readonly VirtualClock _clock = new();
    private readonly InMemoryJournal _store = new(threaded: false);
    private readonly CounterCodec _codec = new();
    private readonly ToyNode[] _nodes;
    private readonly int[] _owner = new int[ToyNode.Shards];
    private readonly bool[] _moving = new bool[ToyNode.Shards];
    private readonly HashSet<(int Node, ShardId Shard)> _lost = [];
    private readonly List<string> _wrong = [];
    private readonly int[] _told = new int[Actors];
    private readonly int[] _settled = new int[Actors];
    private readonly int[] _refused = new int[Actors];
    private int _said;
    private int _moves;

    public ShardSimulationTests(ITestOutputHelper output)
    {
        _output = output;
        _nodes = [.. Enumerable.Range(0, 3).Select(i => new ToyNode(
            _store, _clock, number: i + 1, passivation: PassivationPolicy.After(TimeSpan.FromSeconds(3)), change: o => o with { MaxBatchEntries = 16 }))];
    }

    public void Dispose()
    {
        foreach (var node in _nodes)
        {
            node.Dispose();
        }

        _store.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(0)]
    public void Nothing_is_said_that_is_not_stored_or_by_whom_the_shard_has_left(int seed)
    {
        seed = seed == 0 ? Random.Shared.Next() : seed;
        _output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < _nodes.Length; i++)
        {
            var node = i;
            _nodes[i].Released.OnRelease = (actor, effect) => Check(node, actor, effect);
        }

        _nodes[0].Own(_store.Claim([.. Enumerable.Range(0, ToyNode.Shards).Select(s => new ShardId(s))]).Fences);
        for (var step = 0; step < 6000; step++)
        {
            Step(random);
            if (random.Next(3) == 0)
            {
                Pump();
            }
        }

        ComeToRest();
        Assert.True(_wrong.Count == 0, $"seed {seed}: {string.Join("; ", _wrong.Take(5))}");
        Assert.All(Enumerable.Range(0, ToyNode.Shards), s => Assert.True(_nodes[_owner[s]].System.Owns(new ShardId(s)), $"seed {seed}: shard {s} is nobody's"));
        foreach (var node in _nodes)
        {
            Assert.All(node.States(), a => Assert.Equal((seed, a.Key, Stored(a.Key)), (seed, a.Key, a.Value.Total)));
        }

        for (var i = 0; i < Actors; i++)
        {
            var total = Stored(ToyNode.Actor(i));
            Assert.True(_settled[i] <= total && total <= _told[i], $"seed {seed}: actor {i} has {total}, of {_told[i]} told and {_settled[i]} settled");
        }

        _output.WriteLine($"{_said} effects, {_moves} moves, {_settled.Sum()} of {_told.Sum()} settled, {_refused.Sum()} refused");
        Assert.Empty(_nodes.SelectMany(n => n.Journal.Violations));
        Assert.Empty(_nodes.SelectMany(n => n.FaultKinds).Except(
            [EngineFaultKind.Fenced, EngineFaultKind.JournalFailed, EngineFaultKind.JournalBack, EngineFaultKind.SentTooLate]));
        Assert.True(_said > 500 && _moves > 100 && _settled.Sum() > 300, $"seed {seed}: {_said} effects, {_moves} moves, {_settled.Sum()} settled: this tests nothing");
    }

    private void Check(int node, ActorId actor, CounterEffect effect)
    {
        _said++;
        var shard = actor.ShardOf(ToyNode.Shards);
        Law(((CounterEffect.Say)effect).Total <= Stored(actor), $"{effect} is said, {Stored(actor)} stored");
        Law(_nodes[node].Trust.Holds, $"node {node} does not trust and says {effect}");
        Law(!_lost.Contains((node, shard)), $"node {node} has lost shard {shard} and says {effect}");
    }

    private void Law(bool holds, string otherwise)
    {
        if (!holds)
        {
            _wrong.Add(otherwise);
        }
    }

    private long Stored(ActorId actor) => _store.Load(actor).SelectMany(r => _codec.Decode(r.Payload.Span)).Aggregate(CounterState.Zero, Counter.Evolve).Total;

    private void Step(Random random)
    {
        var actor = random.Next(Actors);
        var shard = new ShardId(random.Next(ToyNode.Shards));
        var node = random.Next(_nodes.Length);
        switch (random.Next(40))
        {
            case < 16:
                Tell(actor, random.Next(4) switch { 0 => new CounterInput.Ask(), 1 => new CounterInput.Note(), _ => new CounterInput.Add(1) });
                break;
            case < 18:
                _nodes[_owner[ToyNode.ShardOf(actor).Value]].TryTell(actor, new CounterInput.Arm(new Instant(_clock.GetUtcNow().ToUnixTimeMilliseconds() + random.Next(500))));
                break;
            case < 22:
                HandOver(shard, node);
                break;
            case < 24:
                TakeOver(shard, node, told: random.Next(2) == 0);
                break;
            case < 26:
                _nodes[node].Trust.Holds = random.Next(2) == 0;
                break;
            case < 30:
                _clock.Advance(random.Next(60));
                break;
            case < 31:
                _clock.Advance(random.Next(2000));
                break;
            case < 33:
                _store.WithholdCommits();
                break;
            case < 36:
                _store.CommitNext();
                break;
            case < 39:
                _store.ReleaseCommits();
                break;
            case < 40 when random.Next(4) == 0:
                _store.FailNext("a fault", random.Next(3), commit: random.Next(2) == 0);
                break;
        }
    }

    private void Tell(int actor, CounterInput input)
    {
        var adds = input is CounterInput.Add ? 1 : 0;
        var receipt = new ToyReceipt(settled: () => _settled[actor] += adds, refused: () => _refused[actor]++);
        _told[actor] += _nodes[_owner[ToyNode.ShardOf(actor).Value]].TryTell(actor, new Receipted(input, receipt)) ? adds : 0;
    }

    private void HandOver(ShardId shard, int to)
    {
        var from = _owner[shard.Value];
        if (from == to || _moving[shard.Value] || !_nodes[from].System.Owns(shard))
        {
            return;
        }

        _moving[shard.Value] = true;
        _nodes[from].System.Release([shard], () =>
        {
            // Somebody may have taken it over before it was released.
            _moving[shard.Value] = false;
            if (_owner[shard.Value] == from)
            {
                Give(shard, to);
            }
        });
    }

    private void TakeOver(ShardId shard, int to, bool told)
    {
        var from = _owner[shard.Value];
        if (from == to || _moving[shard.Value])
        {
            return;
        }

        if (told)
        {
            _nodes[from].System.Lose([shard]);
            _lost.Add((from, shard));
        }

        Give(shard, to);
    }

    private void Give(ShardId shard, int to)
    {
        _moves++;
        _owner[shard.Value] = to;
        _lost.Remove((to, shard));
        _nodes[to].System.Own(_store.Claim([shard]).Fences, (_, error) => Assert.Null(error));
    }

    private void ComeToRest()
    {
        _store.FailNext("", 0);
        _store.ReleaseCommits();
        foreach (var node in _nodes)
        {
            node.Trust.Holds = true;
        }

        for (var i = 0; i < 40; i++)
        {
            Pump();
            _clock.Advance(100);
        }
    }

    private void Pump()
    {
        foreach (var node in _nodes)
        {
            node.Pump();
        }
    }
}
