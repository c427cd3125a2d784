using Controller.Sharding.Embedded;
using Controller.Sharding.Model;
using Controller.Sharding.Tests.Toys;

namespace Controller.Sharding.Tests.Shards;

/// <summary>Who keeps a copy of an input is told when he may forget it, and when he has to ask again.</summary>
public sealed class ReceiptTests : IDisposable
{
    private readonly VirtualClock _clock = new();
    private readonly InMemoryJournal _store = new(threaded: false);
    private readonly ToyNode _node;
    private readonly List<string> _order = [];

    public ReceiptTests()
    {
        _node = new ToyNode(_store, _clock, change: o => o with { StashPerActor = 1 });
        _node.Own(_store.Claim([.. Enumerable.Range(0, ToyNode.Shards).Select(s => new ShardId(s))]).Fences);
        _node.Released.OnRelease = (_, effect) => _order.Add(((CounterEffect.Say)effect).Text);
    }

    public void Dispose()
    {
        _node.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void It_is_settled_when_what_was_decided_is_committed_and_out()
    {
        _store.WithholdCommits();
        var receipt = Tell(1, new CounterInput.Add(1));
        Assert.Equal((0, 0), receipt.Calls);
        _store.ReleaseCommits();
        Assert.Equal((1, 0), receipt.Calls);
        Assert.Equal(["added", "settled"], _order);
    }

    [Fact]
    public void It_is_settled_at_once_when_nothing_waits_and_in_its_turn_when_something_does()
    {
        Tell(1, new CounterInput.Ask());
        Tell(1, new CounterInput.Touch());
        Assert.Equal(["asked", "settled", "touched", "settled"], _order);

        _order.Clear();
        _store.WithholdCommits();
        Tell(1, new CounterInput.Add(1));
        Tell(3, new CounterInput.Ask());
        Assert.Empty(_order);
        _store.ReleaseCommits();
        _node.Pump();
        Assert.Equal(["added", "settled", "asked", "settled"], _order);
    }

    [Fact]
    public void Of_a_lazy_event_it_is_settled_with_the_commit_and_does_not_hold_up_effects()
    {
        var receipt = Tell(1, new CounterInput.Note());
        Tell(3, new CounterInput.Ask());
        Assert.Equal(["noted", "asked"], _order);
        Assert.Equal((0, 0), receipt.Calls);
        _clock.Advance(50);
        _node.Pump();
        Assert.Equal(["noted", "asked", "settled", "settled"], _order);
        Assert.Single(_store.Load(ToyNode.Actor(1)));
    }

    [Fact]
    public void It_is_refused_when_the_commit_fails_and_so_is_what_was_decided_on_top()
    {
        _store.WithholdCommits();
        var first = Tell(1, new CounterInput.Add(1));
        var second = Tell(1, new CounterInput.Add(1));
        var third = Tell(3, new CounterInput.Ask());
        _store.FailNext("disk full");
        _store.ReleaseCommits();
        _node.Pump();
        Assert.Equal([(0, 1), (0, 1), (0, 1)], [first.Calls, second.Calls, third.Calls]);
        _clock.Advance(1000);
        _node.Pump();
        var again = Tell(1, new CounterInput.Add(1));
        Assert.Equal((1, 0), again.Calls);
    }

    [Fact]
    public void It_is_refused_when_the_stash_is_full()
    {
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.Add(1));
        _node.Tell(1, new CounterInput.End());
        var (kept, refused) = (Tell(1, new CounterInput.Add(1)), Tell(1, new CounterInput.Add(1)));
        Assert.Equal((0, 1), refused.Calls);
        Assert.Equal((0, 0), kept.Calls);
        _store.ReleaseCommits();
        _node.Pump();
        Assert.Equal((1, 0), kept.Calls);
    }

    [Fact]
    public void It_is_neither_when_the_shard_is_lost_after_the_decision()
    {
        _store.WithholdCommits();
        var flying = Tell(1, new CounterInput.Add(1));
        var behind = Tell(1, new CounterInput.Add(1));
        _node.System.Lose([ToyNode.ShardOf(1)]);
        _store.ReleaseCommits();
        _node.Pump();
        Assert.Equal([(0, 0), (0, 0)], [flying.Calls, behind.Calls]);
        Assert.Single(_store.Load(ToyNode.Actor(1)));

        // Nor when the commit fails.
        _store.WithholdCommits();
        var failing = Tell(3, new CounterInput.Add(1));
        _node.System.Lose([ToyNode.ShardOf(3)]);
        _store.FailNext("disk full");
        _store.ReleaseCommits();
        _node.Pump();
        Assert.Equal((0, 0), failing.Calls);
    }

    [Fact]
    public void It_is_settled_when_the_actor_throws_for_it_would_throw_again()
    {
        var receipt = Tell(1, new CounterInput.Throw());
        Assert.Equal((1, 0), receipt.Calls);
    }

    [Fact]
    public void The_input_is_disposed_once_after_its_decision_and_neither_it_nor_the_receipt_if_tell_refused()
    {
        var disposed = 0;
        Tell(1, new CounterInput.Borrowed(() => disposed++));
        Assert.Equal(1, disposed);

        _node.System.Lose([ToyNode.ShardOf(1)]);
        var receipt = new ToyReceipt();
        Assert.False(_node.TryTell(1, new Receipted(new CounterInput.Borrowed(() => disposed++), receipt)));
        Assert.Equal((1, (0, 0)), (disposed, receipt.Calls));
    }

    [Fact]
    public void A_receipt_that_throws_harms_nobody()
    {
        _node.Tell(1, new Receipted(new CounterInput.Add(1), new ToyReceipt(settled: () => throw new InvalidOperationException("a defect"))));
        Assert.Equal([Sharding.Runtime.EngineFaultKind.CallbackThrew], _node.FaultKinds);
        Tell(1, new CounterInput.Add(1));
        Assert.Equal(["added", "added", "settled"], _order);
    }

    private ToyReceipt Tell(int actor, CounterInput input)
    {
        var receipt = new ToyReceipt(settled: () => _order.Add("settled"));
        _node.Tell(actor, new Receipted(input, receipt));
        return receipt;
    }
}
