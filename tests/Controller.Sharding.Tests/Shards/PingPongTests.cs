using System.Collections.Concurrent;
using Controller.Sharding.Embedded;
using Controller.Sharding.Model;
using Controller.Sharding.Tests.Toys;
using Xunit.Abstractions;

namespace Controller.Sharding.Tests.Shards;

/// <summary>
/// Shards go to and fro between engines with threads of their own while everybody is told something: what the senders believe to have been taken is what the
/// actors have counted, and every count was said once, whoever it was that said it.
/// </summary>
public sealed class PingPongTests(ITestOutputHelper output) : IDisposable
{
    private const int Actors = 64;
    private const int Inputs = 12_000;
    private const int Senders = 2;
    private const int InputsPerMove = 40;
    private const int MovesAtOnce = 4;

    private readonly InMemoryJournal _store = new();
    private readonly int[] _owner = new int[ToyNode.Shards];
    private readonly int[] _taken = new int[Actors];
    private readonly ConcurrentQueue<int> _again = [];
    private readonly ConcurrentQueue<string> _wrong = [];
    private ToyNode[] _nodes = [];
    private int _open;
    private int _moving;
    private int _moves;
    private int _astray;

    public void Dispose()
    {
        foreach (var node in _nodes)
        {
            node.Dispose();
        }

        _store.Dispose();
    }

    [Fact]
    public async Task What_senders_believe_is_what_actors_have_counted_wherever_their_shards_went()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        _nodes = [.. Enumerable.Range(0, 3).Select(i => new ToyNode(_store, TimeProvider.System, threaded: true, number: i + 1, change: o => o with { SendGuard = TimeSpan.FromHours(1) }))];
        _nodes[0].Own(_store.Claim([.. Enumerable.Range(0, ToyNode.Shards).Select(s => new ShardId(s))]).Fences);
        foreach (var node in _nodes)
        {
            node.Astray = (actor, _) =>
            {
                Interlocked.Increment(ref _astray);
                _again.Enqueue((int)(ulong)actor.Key);
                return true;
            };
        }

        var senders = Enumerable.Range(0, Senders).Select(i => Task.Factory.StartNew(() => Send(new Random(seed + i)), TaskCreationOptions.LongRunning)).ToArray();
        var random = new Random(seed - 1);
        while (!Task.WhenAll(senders).IsCompleted)
        {
            Move(random);
            Thread.Yield();
        }

        await Task.WhenAll(senders);
        var last = new Random(seed - 2);
        Bench.Until(() => SendAgain(last) && Volatile.Read(ref _open) == 0 && Volatile.Read(ref _moving) == 0, "everything is settled");

        // What was told without a receipt may still be in a mailbox: it is decided before its shard goes.
        var released = 0;
        foreach (var node in _nodes)
        {
            node.System.Release([.. Enumerable.Range(0, ToyNode.Shards).Select(s => new ShardId(s))], () => Interlocked.Increment(ref released));
        }

        Bench.Until(() => Volatile.Read(ref released) == _nodes.Length, "released");
        output.WriteLine($"{_moves} moves, {_astray} inputs given back");
        Assert.Empty(_wrong);
        Assert.Equal(Inputs, _taken.Sum());
        var said = _nodes.SelectMany(n => n.Released.Released).Where(r => r.Effect is CounterEffect.Say { Text: "added" }).ToLookup(r => r.Actor, r => ((CounterEffect.Say)r.Effect).Total);
        var codec = new CounterCodec();
        for (var i = 0; i < Actors; i++)
        {
            var total = _store.Load(ToyNode.Actor(i)).SelectMany(r => codec.Decode(r.Payload.Span)).Aggregate(CounterState.Zero, Counter.Evolve).Total;
            Assert.Equal(_taken[i], total);
            Assert.Equal(Enumerable.Range(1, (int)total).Select(n => (long)n), said[ToyNode.Actor(i)].Order());
        }

        Assert.All(_nodes, n => Assert.Empty(n.FaultKinds));
        Assert.All(_nodes, n => Assert.Empty(n.Journal.Violations));
        Assert.All(_nodes, n => Assert.Equal(0, n.Actors));
    }

    private void Send(Random random)
    {
        for (var i = 0; i < Inputs / Senders; i++)
        {
            // However fast they are, there are moves between their inputs.
            if (i % InputsPerMove == 0)
            {
                Bench.Until(() => Volatile.Read(ref _moves) >= i / InputsPerMove, "moves");
            }

            SendOne(random.Next(Actors), random.Next(2) == 0);
            SendAgain(random);
        }
    }

    private bool SendAgain(Random random)
    {
        while (_again.TryDequeue(out var actor))
        {
            Interlocked.Decrement(ref _taken[actor]);
            SendOne(actor, random.Next(2) == 0);
        }

        return true;
    }

    private void SendOne(int actor, bool receipted)
    {
        Interlocked.Increment(ref _taken[actor]);
        object input = new CounterInput.Add(1);
        if (receipted)
        {
            Interlocked.Increment(ref _open);
            input = new Receipted(input, new ToyReceipt(settled: () => Interlocked.Decrement(ref _open), refused: () =>
            {
                _again.Enqueue(actor);
                Interlocked.Decrement(ref _open);
            }));
        }

        var patience = new SpinWait();
        while (!_nodes[Volatile.Read(ref _owner[ToyNode.ShardOf(actor).Value])].TryTell(actor, input))
        {
            patience.SpinOnce(sleep1Threshold: -1);
        }
    }

    private void Move(Random random)
    {
        var shard = new ShardId(random.Next(ToyNode.Shards));
        var from = Volatile.Read(ref _owner[shard.Value]);
        if (Volatile.Read(ref _moving) >= MovesAtOnce || !_nodes[from].System.Owns(shard))
        {
            return;
        }

        var to = (from + 1 + random.Next(_nodes.Length - 1)) % _nodes.Length;
        Interlocked.Increment(ref _moving);
        _nodes[from].System.Release([shard], () => _nodes[to].System.Own(_store.Claim([shard]).Fences, (_, error) =>
        {
            if (error is not null)
            {
                _wrong.Enqueue(error.Message);
            }

            Volatile.Write(ref _owner[shard.Value], to);
            Interlocked.Increment(ref _moves);
            Interlocked.Decrement(ref _moving);
        }));
    }
}
