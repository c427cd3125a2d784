using Controller.Sharding.Embedded;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sharding.Tests.Toys;

namespace Controller.Sharding.Tests.Shards;

/// <summary>While a node may not believe that it owns what it owned, it decides nothing and nothing leaves.</summary>
public sealed class TrustTests : IDisposable
{
    private readonly VirtualClock _clock = new();
    private readonly InMemoryJournal _store = new(threaded: false);
    private readonly ToyNode _node;

    public TrustTests()
    {
        _node = new ToyNode(_store, _clock);
        _node.Own(_store.Claim([.. Enumerable.Range(0, ToyNode.Shards).Select(s => new ShardId(s))]).Fences);
    }

    public void Dispose()
    {
        _node.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void Inputs_and_deadlines_wait_for_trust()
    {
        _node.Tell(1, new CounterInput.Arm(Now(500)));
        _node.Trust.Holds = false;
        _node.Tell(1, new CounterInput.Add(1), new CounterInput.Ask());
        Advance(1000);
        Assert.Equal(["armed 0"], _node.Released.Texts);
        Assert.Single(_store.Load(ToyNode.Actor(1)));

        _node.Trust.Holds = true;
        _node.System.TrustChanged();
        _node.Pump();
        Assert.Equal(["armed 0", "fired 0", "added 1", "asked 1"], _node.Released.Texts);
    }

    [Fact]
    public void A_commit_that_completes_without_trust_is_taken_and_its_effects_leave_when_trust_is_back_in_time()
    {
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.TellInside());
        _node.Tell(3, new CounterInput.Ask());
        _node.Tell(1, new CounterInput.Add(1));
        _node.Trust.Holds = false;
        _store.ReleaseCommits();
        _node.Pump();
        Assert.Empty(_node.Released.Texts);
        Assert.Single(_store.Load(ToyNode.Actor(1)));

        Advance(900);
        Assert.Empty(_node.Released.Texts);
        _node.Trust.Holds = true;
        _node.Pump();
        Assert.Equal(["inside", "sent 1", "asked 0", "added 2"], _node.Released.Texts);
    }

    [Fact]
    public void What_became_too_old_without_trust_is_not_sent_and_the_actors_re_emit()
    {
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.TellInside());
        _node.Tell(3, new CounterInput.Add(3));
        _node.Trust.Holds = false;
        _store.ReleaseCommits();
        _node.Pump();
        Advance(1500);
        Assert.Empty(_node.Released.Texts);
        _node.Trust.Holds = true;
        _node.Pump();
        Assert.Equal(["inside", "recovered 1", "recovered 3"], _node.Released.Texts.Order());
        _node.Tell(1, new CounterInput.Add(1));
        Assert.Contains("added 2", _node.Released.Texts);
    }

    [Fact]
    public void Trust_that_goes_between_two_effects_holds_the_second_whatever_the_thread()
    {
        _node.Released.OnRelease = (_, effect) => _node.Trust.Holds = effect is not CounterEffect.Say { Text: "added" };
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.Add(1));
        _node.Tell(3, new CounterInput.Ask());
        _node.Tell(5, new CounterInput.Ask());
        _store.ReleaseCommits();
        _node.Pump();
        Assert.Equal(["added 1"], _node.Released.Texts);
        _node.Trust.Holds = true;
        _node.Pump();
        Assert.Equal(["added 1", "asked 0", "asked 0"], _node.Released.Texts);
    }

    [Fact]
    public void A_decision_that_waits_for_nothing_waits_for_trust()
    {
        var borrowed = new CounterInput.Borrowed(() => _node.Trust.Holds = false);
        Assert.True(_node.TryTell(3, borrowed));
        Assert.True(_node.TryTell(5, new CounterInput.Touch()));
        var receipt = new ToyReceipt();
        Assert.True(_node.TryTell(5, new Receipted(new CounterInput.Ask(), receipt)));
        _node.Pump();

        // Trust went when the first was decided; the others were in the same round.
        Assert.Equal(["asked 0"], _node.Released.Texts);
        Assert.Equal((0, 0), receipt.Calls);
        _node.Trust.Holds = true;
        _node.Pump();
        Assert.Equal(["asked 0", "touched 0", "asked 0"], _node.Released.Texts);
        Assert.Equal((1, 0), receipt.Calls);
    }

    [Fact]
    public void Held_effects_of_a_shard_that_is_lost_before_trust_is_back_never_leave()
    {
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.Add(1));
        _node.Tell(3, new CounterInput.Add(1));
        _node.Trust.Holds = false;
        _store.ReleaseCommits();
        _node.Pump();
        _node.System.Lose([ToyNode.ShardOf(1)]);
        _node.Pump();
        _node.Trust.Holds = true;
        _node.Pump();
        Assert.Equal(["added 1"], _node.Released.Texts);
        Assert.Equal(ToyNode.Actor(3), _node.Released.Released.Single().Actor);
    }

    [Fact]
    public void Nothing_should_be_begun_once_trust_has_been_gone_for_two_seconds_and_what_is_told_waits()
    {
        _node.Trust.Holds = false;
        _node.System.TrustChanged();
        _node.Pump();
        Advance(1999);
        _node.Tell(1, new CounterInput.Add(1));
        Assert.False(_node.System.IsBehind(ToyNode.Actor(1)));
        Advance(1);
        Assert.True(_node.System.IsBehind(ToyNode.Actor(1)));
        _node.Tell(1, new CounterInput.Add(2));
        Assert.Empty(_node.Released.Texts);
        _node.Trust.Holds = true;
        _node.Pump();
        Assert.False(_node.System.IsBehind(ToyNode.Actor(1)));
        Assert.Equal(["added 1", "added 3"], _node.Released.Texts);
    }

    [Fact]
    public void Nothing_should_be_begun_once_a_commit_has_had_no_answer_for_two_seconds_and_what_is_told_waits()
    {
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.Add(1));
        Assert.Equal(Now(2000), _node.System.PumpDue);
        Advance(1999);
        Assert.False(_node.System.IsBehind(ToyNode.Actor(1)));
        Advance(1);
        Assert.True(_node.System.IsBehind(ToyNode.Actor(1)));
        Assert.True(_node.TryTell(1, new CounterInput.Ask()));

        // The other loop has nothing with the journal.
        Assert.False(_node.System.IsBehind(ToyNode.Actor(2)));
        _store.ReleaseCommits();
        _node.Pump();
        Assert.False(_node.System.IsBehind(ToyNode.Actor(1)));
        // Too late to be sent as decided: it is made again (failover.md 4.3.9).
        Assert.Equal(["recovered 1", "asked 1"], _node.Released.Texts.Where(text => text != "asked 0"));
    }

    [Fact]
    public void What_an_effect_tells_inside_is_not_refused_for_nobody_would_repeat_it()
    {
        var taken = new List<bool>();
        _node.Released.OnRelease = (_, effect) =>
        {
            if (effect is CounterEffect.Inside)
            {
                taken.Add(_node.TryTell(3, new CounterInput.Ask()));
            }
        };
        _store.WithholdCommits();
        _node.Tell(1, new CounterInput.TellInside());
        Advance(2000);
        Assert.True(_node.System.IsBehind(ToyNode.Actor(3)));

        // The answer comes, and the loop has not seen it yet.
        _store.CommitNext();
        Assert.Equal([true], taken);
        Assert.True(_node.System.IsBehind(ToyNode.Actor(3)));
        _store.ReleaseCommits();
        _node.Pump();
        Assert.Contains("asked 0", _node.Released.Texts);
    }

    [Fact]
    public void A_drain_does_not_wait_for_ever_for_trust()
    {
        _node.Trust.Holds = false;
        _node.Tell(1, new CounterInput.Add(1));
        Advance(2000);
        Assert.True(_node.System.DrainAsync().IsCompleted);
        Assert.Empty(_node.Released.Texts);
    }

    [Fact]
    public void A_loop_without_trust_sleeps_and_wakes_when_it_is_back()
    {
        using var store = new InMemoryJournal();
        using var other = new Bench(threaded: true, time: TimeProvider.System);
        using var node = new ToyNode(store, TimeProvider.System, threaded: true);
        node.Own(store.Claim([ToyNode.ShardOf(1)]).Fences);
        node.Tell(1, new CounterInput.Add(1));
        Bench.Until(() => node.Released.Texts.Contains("added 1"), "a decision");

        // A commit that completes without trust: its effects are held.
        store.WithholdCommits();
        node.Tell(1, new CounterInput.Add(1));
        Bench.Until(() => store.Withheld == 1, "a commit in flight");
        node.Trust.Holds = false;
        node.System.TrustChanged();
        store.ReleaseCommits();
        Bench.Until(() => store.Load(ToyNode.Actor(1)).Count == 2, "committed");
        for (var i = 0; i < 10; i++)
        {
            node.Tell(1, new CounterInput.Add(1));
        }

        // Two hundred commits on another engine take far longer than a round: a loop that spins would ask thousands of times meanwhile.
        var asked = node.Trust.Asked;
        for (var i = 0; i < 200; i++)
        {
            other.Tell(i, new CounterInput.Add(1));
            Bench.Until(() => other.Released.Released.Length == i + 1, "a commit");
        }

        Assert.InRange(node.Trust.Asked - asked, 0, 200);
        Assert.DoesNotContain("added 2", node.Released.Texts);
        node.Trust.Holds = true;
        node.System.TrustChanged();
        Bench.Until(() => node.Released.Texts.Contains("added 12"), "what had waited");
    }

    [Fact]
    public void Trust_that_is_back_while_a_loop_goes_to_sleep_is_noticed()
    {
        using var store = new InMemoryJournal();
        using var node = new ToyNode(store, TimeProvider.System, threaded: true, change: o => o with { RefuseAfter = TimeSpan.FromHours(1) });
        node.Own(store.Claim([ToyNode.ShardOf(1)]).Fences);
        node.Tell(1, new CounterInput.Add(1));
        Bench.Until(() => node.Released.Texts.Contains("added 1"), "an actor");
        node.Trust.Holds = false;
        node.System.TrustChanged();
        node.Tell(1, new CounterInput.Ask());

        // Looked at by the loop itself: its next question is the one at the beginning of its next round. It is told no, and before it sleeps the answer is
        // another; whoever wakes it comes too early.
        var watch = System.Diagnostics.Stopwatch.StartNew();
        node.System.InspectAsync<CounterState, object>(Bench.Kind, (_, _) =>
        {
            node.Trust.BehindNext = () =>
            {
                node.Trust.Holds = true;
                node.System.TrustChanged();
            };
            return null;
        });
        Bench.Until(() => node.Released.Texts.Contains("asked 1"), "a decision");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(8), "it was found out when the longest sleep had ended");
    }

    private Instant Now(int later) => new(_clock.GetUtcNow().ToUnixTimeMilliseconds() + later);

    private void Advance(int milliseconds)
    {
        _clock.Advance(milliseconds);
        _node.Pump();
    }
}
