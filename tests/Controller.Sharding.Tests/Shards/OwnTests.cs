using Controller.Sharding.Embedded;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sharding.Tests.Toys;

namespace Controller.Sharding.Tests.Shards;

/// <summary>Shards come while the engine runs: read back first, opened then.</summary>
public sealed class OwnTests : IDisposable
{
    private readonly VirtualClock _clock = new();
    private readonly InMemoryJournal _store = new(threaded: false);
    private readonly ToyNode _node;

    public OwnTests() => _node = new ToyNode(_store, _clock);

    public void Dispose()
    {
        _node.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void A_node_starts_without_shards_and_takes_nothing_but_knows_the_secret()
    {
        Assert.Equal(32, _node.System.Claim().Length);
        Assert.False(_node.TryTell(1, new CounterInput.Ask()));
        Assert.False(_node.System.Owns(ToyNode.ShardOf(1)));
        Assert.Null(_node.System.FenceOf(ToyNode.ShardOf(1)));
    }

    [Fact]
    public void A_shard_that_comes_has_its_actors_each_is_told_and_takes_inputs()
    {
        var fence = Filled(1, 2, 17);
        Assert.Equal(2, _node.Own(fence));

        Assert.True(_node.System.Owns(fence.Shard));
        Assert.Equal(fence, _node.System.FenceOf(fence.Shard));
        Assert.Equal(2, _node.Actors);
        Assert.Equal(["recovered 1", "recovered 17"], _node.Released.Texts.Order());
        _node.Tell(1, new CounterInput.Add(10));
        Assert.Contains("added 11", _node.Released.Texts);
        Assert.False(_node.TryTell(2, new CounterInput.Ask()));
        Assert.Empty(_node.Journal.Violations);
    }

    [Fact]
    public void A_deadline_of_an_actor_that_comes_is_armed()
    {
        using (var other = new ToyNode(_store, _clock))
        {
            other.Own(Claim(1));
            other.Tell(1, new CounterInput.Arm(new Instant(_clock.GetUtcNow().ToUnixTimeMilliseconds() + 5000)));
        }

        _node.Own(Claim(1));
        _clock.Advance(4999);
        _node.Pump();
        Assert.DoesNotContain("fired 0", _node.Released.Texts);
        _clock.Advance(1);
        _node.Pump();
        Assert.Contains("fired 0", _node.Released.Texts);
    }

    [Fact]
    public void Rows_that_cannot_be_read_open_nothing_and_it_may_be_tried_again()
    {
        var fence = Filled(1);
        _node.Journal.OnRecover = () => throw new JournalException("the store is away");
        (int, Exception?)? outcome = null;
        _node.System.Own([fence, Claim(2)], (actors, error) => outcome = (actors, error));
        _node.Pump();

        Assert.Equal(0, outcome!.Value.Item1);
        Assert.IsType<JournalException>(outcome.Value.Item2);
        Assert.Equal([EngineFaultKind.OwnFailed], _node.FaultKinds);
        Assert.False(_node.System.Owns(fence.Shard));
        Assert.False(_node.TryTell(1, new CounterInput.Ask()));

        _node.Journal.OnRecover = null;
        Assert.Equal(1, _node.Own(fence));
        _node.Tell(1, new CounterInput.Ask());
        Assert.Contains("asked 1", _node.Released.Texts);
    }

    [Fact]
    public void A_shard_that_is_here_at_this_epoch_or_a_later_one_is_left_as_it_is()
    {
        var older = Claim(1);
        var fence = Filled(1);
        _node.Own(fence);
        _node.Tell(1, new CounterInput.Touch());
        Assert.Equal(0, _node.Own(fence));
        Assert.Equal(0, _node.Own(older));
        Assert.Equal(fence, _node.System.FenceOf(fence.Shard));
        Assert.Equal(["recovered 1", "touched 1"], _node.Released.Texts);
    }

    [Fact]
    public void A_later_epoch_replaces_an_earlier_one_that_was_lost_without_our_knowing()
    {
        _node.Own(Claim(1));
        _node.Tell(1, new CounterInput.Add(1));
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.Add(100));
        var later = Claim(1);
        Assert.Equal(1, _node.Own(later));
        _store.ReleaseCommits();
        _node.Pump();

        // The commit under the old epoch is refused, and says nothing of the new one.
        Assert.True(_node.System.Owns(later.Shard));
        _node.Tell(1, new CounterInput.Add(1));
        Assert.Equal(["added 1", "recovered 1", "added 2"], _node.Released.Texts);
        Assert.Empty(_node.FaultKinds);
        Assert.Empty(_node.Journal.Violations);
    }

    [Fact]
    public void A_shard_that_is_lost_while_it_is_read_does_not_open()
    {
        var (lost, kept) = (Filled(1), Filled(2));
        var opened = -1;
        _node.Journal.OnRecover = () => _node.System.Lose([lost.Shard]);
        _node.System.Own([lost, kept], (actors, _) => opened = actors);
        _node.Pump();

        Assert.Equal(1, opened);
        Assert.False(_node.System.Owns(lost.Shard));
        Assert.True(_node.System.Owns(kept.Shard));
        Assert.False(_node.Journal.Knows(lost.Shard));
        Assert.True(_node.Journal.Knows(kept.Shard));
        Assert.Equal(["recovered 2"], _node.Released.Texts);

        // And at a later epoch it does.
        _node.Journal.OnRecover = null;
        Assert.Equal(1, _node.Own(Claim(1)));
        _node.Tell(1, new CounterInput.Add(1));
        Assert.Contains("added 2", _node.Released.Texts);
        Assert.Empty(_node.Journal.Violations);
    }

    [Fact]
    public void A_shard_that_is_released_while_it_is_read_does_not_open()
    {
        var fence = Filled(1);
        var (opened, released) = (-1, 0);
        _node.Journal.OnRecover = () => _node.System.Release([fence.Shard], () => released++);
        _node.System.Own([fence], (actors, _) => opened = actors);
        _node.Pump();
        Assert.Equal((0, 1), (opened, released));
        Assert.False(_node.System.Owns(fence.Shard));
        Assert.Empty(_node.Released.Texts);
    }

    [Fact]
    public void Rows_are_read_while_the_loops_go_on_deciding()
    {
        using var store = new InMemoryJournal();
        using var node = new ToyNode(store, TimeProvider.System, threaded: true);
        using var go = new ManualResetEventSlim();
        using var reading = new ManualResetEventSlim();
        node.Own(store.Claim([ToyNode.ShardOf(1)]).Fences);
        node.Journal.OnRecover = () =>
        {
            reading.Set();
            Assert.True(go.Wait(TimeSpan.FromSeconds(20)));
        };
        var opened = 0;
        node.System.Own(store.Claim([ToyNode.ShardOf(2), ToyNode.ShardOf(3)]).Fences, (_, error) => opened += error is null ? 1 : 0);
        Assert.True(reading.Wait(TimeSpan.FromSeconds(20)));

        node.Tell(1, new CounterInput.Add(1));
        Bench.Until(() => node.Released.Texts.Contains("added 1"), "a decision beside the reading");
        Assert.False(node.TryTell(2, new CounterInput.Ask()));
        node.System.Lose([ToyNode.ShardOf(3)]);
        Assert.NotEmpty(node.States());
        go.Set();
        Bench.Until(() => Volatile.Read(ref opened) == 1, "opened");

        // The loop had dropped it before the journal learnt of it.
        Assert.False(node.Journal.Knows(ToyNode.ShardOf(3)));
        node.Tell(2, new CounterInput.Ask());
        Assert.False(node.TryTell(3, new CounterInput.Ask()));
    }

    [Fact]
    public void Who_waits_for_shards_of_an_engine_that_ends_is_told()
    {
        using var node = new ToyNode(_store, _clock);
        Exception? error = null;
        node.System.Own([Claim(1)], (_, e) => error = e);
        node.Dispose();
        Assert.IsType<ObjectDisposedException>(error);
    }

    private Fence Claim(int actor) => _store.Claim([ToyNode.ShardOf(actor)]).Fences[0];

    /// <summary>Somebody else has had these actors, each with its number as total. Claims the shard of the first.</summary>
    private Fence Filled(params int[] actors)
    {
        using (var other = new ToyNode(_store, _clock))
        {
            other.Own(_store.Claim([.. actors.Select(ToyNode.ShardOf).Distinct()]).Fences);
            foreach (var actor in actors)
            {
                other.Tell(actor, new CounterInput.Add(actor));
            }
        }

        return Claim(actors[0]);
    }
}
