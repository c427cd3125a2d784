using Controller.Sharding.Embedded;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sharding.Tests.Toys;

namespace Controller.Sharding.Tests.Shards;

/// <summary>Shards go: in order, with everything decided committed and out; or at once, and silently.</summary>
public sealed class ReleaseTests : IDisposable
{
    private readonly VirtualClock _clock = new();
    private readonly InMemoryJournal _store = new(threaded: false);
    private readonly ToyNode _node;
    private int _released;

    public ReleaseTests()
    {
        _node = new ToyNode(_store, _clock);
        _node.Own(_store.Claim([.. Enumerable.Range(0, ToyNode.Shards).Select(s => new ShardId(s))]).Fences);
    }

    public void Dispose()
    {
        Assert.Empty(_node.Journal.Violations);
        _node.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void A_shard_at_rest_goes_at_once_with_its_deadlines_and_the_others_stay()
    {
        _node.Tell(1, new CounterInput.Add(1), new CounterInput.Arm(Now(1000)));
        _node.Tell(2, new CounterInput.Add(2), new CounterInput.Arm(Now(1000)));
        Release(1);
        Assert.False(_node.TryTell(1, new CounterInput.Ask()));
        _node.Pump();

        Assert.Equal(1, _released);
        Assert.Equal(1, _node.Actors);
        Assert.Null(_node.System.FenceOf(ToyNode.ShardOf(1)));
        Assert.False(_node.Journal.Knows(ToyNode.ShardOf(1)));
        _clock.Advance(1000);
        _node.Pump();
        Assert.Equal(["added 1", "armed 1", "added 2", "armed 2", "fired 2"], _node.Released.Texts);
        Assert.True(_node.TryTell(2, new CounterInput.Ask()));
    }

    [Fact]
    public void What_is_in_the_mailbox_is_decided_and_what_is_decided_is_out_before_the_shard_is_released()
    {
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.Add(1));
        Assert.True(_node.TryTell(1, new CounterInput.Add(2)));
        Assert.True(_node.TryTell(3, new CounterInput.Ask()));
        Release(1);
        Assert.False(_node.TryTell(1, new CounterInput.Add(4)));
        Assert.False(_node.System.Owns(ToyNode.ShardOf(1)));
        _node.Pump();
        Assert.Equal(0, _released);

        // Its effects still leave, so its fence still holds.
        Assert.NotNull(_node.System.FenceOf(ToyNode.ShardOf(1)));
        _store.CommitNext();
        _node.Pump();
        Assert.Equal(0, _released);
        _store.CommitNext();
        _node.Pump();
        Assert.Equal(1, _released);
        Assert.Equal(["added 1", "added 3", "asked 0"], _node.Released.Texts);
        Assert.Equal(2, _store.Load(ToyNode.Actor(1)).Count);
    }

    [Fact]
    public void What_does_not_fit_into_the_next_commit_is_decided_all_the_same()
    {
        using var node = new ToyNode(_store, _clock, change: o => o with { MaxBatchEntries = 1 });
        node.Own(_store.Claim([ToyNode.ShardOf(1), ToyNode.ShardOf(3)]).Fences);
        _store.WithholdCommits();
        node.Tell(3, new CounterInput.Add(1), new CounterInput.Add(1));
        Assert.True(node.TryTell(1, new CounterInput.Add(1)));
        node.System.Release([ToyNode.ShardOf(1)], () => _released++);
        node.Pump();
        Assert.Equal(0, _released);
        _store.ReleaseCommits();
        node.Pump();
        Assert.Equal(1, _released);
        Assert.Equal(["added 1", "added 2", "added 1"], node.Released.Texts);
    }

    [Fact]
    public void No_deadline_fires_once_the_shard_is_to_go()
    {
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.Arm(Now(100)));
        Release(1);
        _node.Pump();
        _clock.Advance(100);
        _node.Pump();
        _store.ReleaseCommits();
        _node.Pump();
        Assert.Equal(1, _released);
        Assert.Equal(["armed 0"], _node.Released.Texts);
    }

    [Fact]
    public void A_lazy_event_is_committed_at_once_when_its_shard_goes()
    {
        _node.Tell(1, new CounterInput.Note());
        Assert.Empty(_store.Load(ToyNode.Actor(1)));
        Release(1);
        _node.Pump();
        Assert.Equal(1, _released);
        Assert.Single(_store.Load(ToyNode.Actor(1)));
    }

    [Fact]
    public void What_waits_for_an_actor_being_loaded_is_decided_first()
    {
        using var node = new ToyNode(_store, _clock, passivation: PassivationPolicy.After(TimeSpan.FromSeconds(1)));
        node.Own(_store.Claim([ToyNode.ShardOf(1)]).Fences);
        node.Tell(1, new CounterInput.Add(1));
        _clock.Advance(2000);
        node.Pump();
        Assert.True(node.TryTell(1, new CounterInput.Add(2)));
        node.Journal.OnLoad = () => throw new JournalException("the store is away");
        node.System.Release([ToyNode.ShardOf(1)], () => _released++);
        node.Pump();
        Assert.Equal(0, _released);
        node.Journal.OnLoad = null;
        _clock.Advance(200);
        node.Pump();
        Assert.Equal(1, _released);
        Assert.Contains("added 3", node.Released.Texts);
        Assert.Equal(0, node.Actors);
    }

    [Fact]
    public void A_commit_that_fails_loses_the_shard_and_it_is_released_all_the_same()
    {
        _node.Tell(1, new CounterInput.Add(1));
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.Add(10));
        Release(1);
        _node.Pump();
        _store.FailNext("disk full");
        _store.ReleaseCommits();
        _node.Pump();

        Assert.Equal(1, _released);
        Assert.Equal(0, _node.Actors);
        Assert.Equal(["added 1"], _node.Released.Texts);
        Assert.Equal(1, _node.Own(_store.Claim([ToyNode.ShardOf(1)]).Fences));
    }

    [Fact]
    public void A_commit_that_is_fenced_loses_the_shard_and_it_is_released_all_the_same()
    {
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.Add(10));
        Release(1);
        _store.Claim([ToyNode.ShardOf(1)]);
        _store.ReleaseCommits();
        _node.Pump();
        Assert.Equal(1, _released);
        Assert.Empty(_node.Released.Texts);
        Assert.Equal([EngineFaultKind.Fenced], _node.FaultKinds);
    }

    [Fact]
    public void A_shard_that_was_released_may_come_back_at_the_same_epoch_if_nobody_took_it()
    {
        var fence = _node.System.FenceOf(ToyNode.ShardOf(1))!.Value;
        _node.Tell(1, new CounterInput.Add(1));
        Release(1);
        Exception? error = null;
        _node.System.Own([fence], (_, e) => error = e);
        Assert.IsType<InvalidOperationException>(error);
        _node.Pump();
        Assert.Equal(1, _released);
        Assert.Equal(1, _node.Own(fence));
        _node.Tell(1, new CounterInput.Add(1));
        Assert.Equal(["added 1", "recovered 1", "added 2"], _node.Released.Texts);
    }

    [Fact]
    public void Release_of_what_is_not_here_and_release_asked_twice_are_answered()
    {
        _node.Tell(1, new CounterInput.Note());
        Release(1);
        Release(1);
        _node.Pump();
        Assert.Equal(2, _released);
        Release(1);
        _node.Pump();
        Assert.Equal(3, _released);
    }

    [Fact]
    public void Nothing_of_a_lost_shard_leaves_although_its_commit_is_acknowledged_later()
    {
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.Add(1));
        _node.Tell(1, new CounterInput.Ask());
        _node.Tell(2, new CounterInput.Ask());
        _node.System.Lose([ToyNode.ShardOf(1)]);
        _store.ReleaseCommits();
        Assert.Single(_store.Load(ToyNode.Actor(1)));
        _node.Pump();

        Assert.Equal(["asked 0"], _node.Released.Texts);
        Assert.False(_node.TryTell(1, new CounterInput.Ask()));
        Assert.Equal(0, _node.Actors);

        // Nor when the shard is here again by then: that is another tenure.
        _node.Own(_store.Claim([ToyNode.ShardOf(1)]).Fences);
        Assert.Equal(["asked 0", "recovered 1"], _node.Released.Texts);
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.Note());
        _clock.Advance(60);
        _node.Pump();
        _node.Tell(1, new CounterInput.Add(10));
        _node.System.Lose([ToyNode.ShardOf(1)]);
        _node.Own(_store.Claim([ToyNode.ShardOf(1)]).Fences);
        _store.ReleaseCommits();
        _node.Pump();
        Assert.Equal(["asked 0", "recovered 1", "noted 1", "recovered 1"], _node.Released.Texts);
    }

    [Fact]
    public void What_was_decided_for_a_lost_shard_does_not_spoil_the_commits_of_others()
    {
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.Add(1));
        _node.Tell(3, new CounterInput.Add(3), new CounterInput.Charge("lost"));
        _node.Tell(1, new CounterInput.Add(1));
        _node.System.Lose([ToyNode.ShardOf(3)]);
        _store.Claim([ToyNode.ShardOf(3)]);
        _node.Pump();
        _store.ReleaseCommits();
        _node.Pump();
        Assert.Equal(["added 1", "added 2"], _node.Released.Texts);
        Assert.Empty(_node.FaultKinds);
        Assert.Empty(_store.Load(ToyNode.Actor(3)));
        Assert.Empty(_store.ReadOutbox(10));
    }

    [Fact]
    public void When_all_that_was_decided_behind_a_commit_is_lost_the_loop_goes_on()
    {
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.Add(1));
        _node.Tell(3, new CounterInput.Add(3));
        _node.Tell(1, new CounterInput.Ask());
        _node.System.Lose([ToyNode.ShardOf(3)]);
        _store.ReleaseCommits();
        _node.Pump();
        _node.Tell(1, new CounterInput.Ask());
        Assert.Equal(["added 1", "asked 1", "asked 1"], _node.Released.Texts);
    }

    [Fact]
    public void A_release_ends_when_the_shard_is_lost_meanwhile_or_the_engine_ends()
    {
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.Add(1));
        Release(1);
        _node.Pump();
        _node.System.Lose([ToyNode.ShardOf(1)]);
        _node.Pump();
        Assert.Equal(1, _released);

        _node.Tell(2, new CounterInput.Add(1));
        Release(2);
        _node.Pump();
        Assert.Equal(1, _released);
        _node.Dispose();
        Assert.Equal(2, _released);
    }

    [Fact]
    public void An_input_whose_shard_went_while_it_waited_is_given_back_if_nobody_else_has_a_copy()
    {
        var astray = new List<(ActorId, object)>();
        _node.Astray = (actor, input) =>
        {
            astray.Add((actor, input));
            return true;
        };
        var disposed = 0;
        var receipt = new ToyReceipt();
        var input = new CounterInput.Borrowed(() => disposed++);
        Assert.True(_node.TryTell(1, input));
        Assert.True(_node.TryTell(1, new Receipted(new CounterInput.Borrowed(() => disposed++), receipt)));
        _node.System.Lose([ToyNode.ShardOf(1)]);
        _node.Pump();

        Assert.Equal([(ToyNode.Actor(1), (object)input)], astray);
        Assert.Equal((0, 1), receipt.Calls);
        Assert.Equal(1, disposed);

        _node.Astray = (_, _) => false;
        Assert.True(_node.TryTell(2, new CounterInput.Borrowed(() => disposed++)));
        _node.System.Lose([ToyNode.ShardOf(2)]);
        _node.Pump();
        Assert.Equal(2, disposed);
    }

    private Instant Now(int later) => new(_clock.GetUtcNow().ToUnixTimeMilliseconds() + later);

    private void Release(int actor) => _node.System.Release([ToyNode.ShardOf(actor)], () => _released++);
}
