using Controller.Sharding.Embedded;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sharding.Tests.Toys;

namespace Controller.Sharding.Tests.Shards;

/// <summary>Many shards come at once: they are read a few at a time, and each opens when it has been read, whatever becomes of the others.</summary>
public sealed class OwnInPartsTests : IDisposable
{
    private static readonly ShardId[] All = [.. Enumerable.Range(0, ToyNode.Shards).Select(shard => new ShardId(shard))];

    private readonly VirtualClock _clock = new();
    private readonly InMemoryJournal _store = new(threaded: false);
    private readonly ToyNode _node;
    private (int Actors, Exception? Error)? _outcome;

    public OwnInPartsTests() => _node = new ToyNode(_store, _clock);

    public void Dispose()
    {
        _node.Dispose();
        _store.Dispose();
    }

    [Fact]
    public void A_shard_opens_while_another_is_still_being_read()
    {
        using var store = new InMemoryJournal();
        using var node = new ToyNode(store, TimeProvider.System, threaded: true);
        using var go = new SemaphoreSlim(0);
        node.Journal.OnRecover = () => Assert.True(node.Journal.Asked.Count == 1 || go.Wait(TimeSpan.FromSeconds(20)));
        (int Actors, Exception? Error)? outcome = null;
        node.System.Own(store.Claim(All).Fences, (actors, error) => outcome = (actors, error));
        Bench.Until(() => node.Journal.Asked.Count == 2, "the second reading");

        var (first, second) = (node.Journal.Asked.First()[0], node.Journal.Asked.Last()[0]);
        Bench.Until(() => node.System.Owns(first), "the first shard opens");
        node.Tell(first.Value, new CounterInput.Add(1));
        Bench.Until(() => node.Released.Texts.Contains("added 1"), "a decision beside the reading");
        Assert.False(node.System.Owns(second));
        Assert.False(node.TryTell(second.Value, new CounterInput.Ask()));
        Assert.Null(outcome);

        go.Release(100);
        Bench.Until(() => outcome is not null, "all are open");
        Assert.Null(outcome!.Value.Error);
        Assert.All(All, shard => Assert.True(node.System.Owns(shard)));
        Assert.Empty(node.Journal.Violations);
    }

    [Fact]
    public void Each_shard_is_read_once_and_all_actors_are_counted()
    {
        Own(Filled());
        Assert.Equal((ToyNode.Shards, null), _outcome);
        Assert.True(_node.Journal.Asked.Count > 1);
        Assert.Equal(All, _node.Journal.Asked.SelectMany(part => part).OrderBy(shard => shard.Value));
        Assert.Equal(All.Select(shard => $"recovered {shard.Value + 1}").Order(), _node.Released.Texts.Order());
    }

    [Fact]
    public void Shards_for_which_an_input_waits_are_read_before_the_others()
    {
        var (here, waited) = (All[3], new[] { All[9], All[14] });
        _node.Own(_store.Claim([here]).Fences);
        _node.System.Hasten(here);   // it is open: nothing to hasten
        _node.Journal.Asked.Clear();
        _node.Journal.OnRecover = () => Array.ForEach(waited, _node.System.Hasten);
        Own(Filled());
        Assert.Equal(waited, _node.Journal.Asked.ElementAt(1));
    }

    [Fact]
    public void What_comes_alone_does_not_wait_for_all_that_came_at_once()
    {
        using var store = new InMemoryJournal();
        using var node = new ToyNode(store, TimeProvider.System, threaded: true);
        var fences = store.Claim(All).Fences;
        using var alone = new ManualResetEventSlim();
        node.Journal.OnRecover = () =>
        {
            if (node.Journal.Asked.Count == 1)
            {
                node.System.Own([fences[15]], (_, _) => alone.Set());
                node.States();   // the loops have heard of it
            }
        };
        var all = 0;
        node.System.Own([.. fences.Take(15)], (_, _) => all++);
        Bench.Until(() => Volatile.Read(ref all) == 1 && alone.IsSet, "opened");
        Assert.Equal([All[15]], node.Journal.Asked.ElementAt(1));
    }

    [Fact]
    public void Who_may_wait_is_told_last_and_keeps_his_deadline()
    {
        using (var other = new ToyNode(_store, _clock))
        {
            other.Own(_store.Claim(All).Fences);
            other.Tell(0, new CounterInput.Add(Counter.Patient), new CounterInput.Arm(new Instant(_clock.GetUtcNow().ToUnixTimeMilliseconds() + 5000)));
            other.Tell(14, new CounterInput.Add(7));
        }

        _clock.Advance(60_000);
        Own(_store.Claim(All).Fences);
        Assert.Equal(["recovered 7", $"recovered {Counter.Patient}", $"fired {Counter.Patient}"], _node.Released.Texts);
    }

    [Fact]
    public void Who_may_wait_is_told_before_his_first_input()
    {
        using var store = new InMemoryJournal();
        using (var other = new ToyNode(store, TimeProvider.System, threaded: true))
        {
            other.Own(store.Claim(All).Fences);
            other.Tell(0, new CounterInput.Add(Counter.Patient));
            other.Tell(16, new CounterInput.Add(Counter.Patient));
            Bench.Until(() => other.Released.Texts.Length == 2, "added");
        }

        using var node = new ToyNode(store, TimeProvider.System, threaded: true);
        using var go = new SemaphoreSlim(0);
        node.Journal.OnRecover = () => Assert.True(node.Journal.Asked.Count == 1 || go.Wait(TimeSpan.FromSeconds(20)));
        node.System.Own(store.Claim(All).Fences, static (_, _) => { });
        Bench.Until(() => node.System.Owns(All[0]), "the first shards open");
        node.Tell(16, new CounterInput.Ask());
        Bench.Until(() => node.Released.Texts.Length == 2, "the one that is asked");
        Assert.Equal([$"recovered {Counter.Patient}", $"asked {Counter.Patient}"], node.Released.Texts);
        go.Release(100);
        Bench.Until(() => node.Released.Texts.Length == 3, "the other when all is read");
        Assert.Equal($"recovered {Counter.Patient}", node.Released.Texts[2]);
    }

    [Fact]
    public void A_failure_on_the_way_leaves_open_what_was_read_and_the_rest_may_be_tried_again()
    {
        var fences = Filled();
        _node.Journal.OnRecover = () => _ = _node.Journal.Asked.Count == 2 ? throw new JournalException("the store is away") : 0;
        Own(fences);

        var open = _node.Journal.Asked.First();
        Assert.Equal(open.Length, _outcome!.Value.Actors);
        Assert.IsType<JournalException>(_outcome.Value.Error);
        Assert.Equal([EngineFaultKind.OwnFailed], _node.FaultKinds);
        Assert.Equal(open, All.Where(_node.System.Owns));
        Assert.Equal(open, All.Where(_node.Journal.Knows));

        // What was decided meanwhile is not read again.
        _node.Tell(open[0].Value, new CounterInput.Add(100));
        _node.Journal.OnRecover = null;
        Own(fences);
        Assert.Equal((ToyNode.Shards - open.Length, null), _outcome);
        Assert.Equal(All, All.Where(_node.System.Owns));
        _node.Tell(open[0].Value, new CounterInput.Ask());
        Assert.Contains($"asked {open[0].Value + 101}", _node.Released.Texts);
        Assert.Empty(_node.Journal.Violations);
    }

    [Fact]
    public void A_takeover_that_is_lost_on_the_way_leaves_nothing_half_open_and_reads_no_more()
    {
        var fences = Filled();
        _node.Journal.OnRecover = () =>
        {
            if (_node.Journal.Asked.Count == 2)
            {
                _node.System.Lose(All);
            }
        };
        Own(fences);
        Assert.Equal((0, null), _outcome);
        Assert.Equal(2, _node.Journal.Asked.Count);
        Assert.DoesNotContain(All, _node.System.Owns);
        Assert.DoesNotContain(All, _node.Journal.Knows);
        Assert.Empty(_node.Released.Texts);
        Assert.Equal(0, _node.Actors);

        // And at a later epoch all come.
        _node.Journal.OnRecover = null;
        Own(_store.Claim(All).Fences);
        Assert.Equal((ToyNode.Shards, null), _outcome);
        Assert.Empty(_node.Journal.Violations);
    }

    private void Own(IReadOnlyList<Fence> fences)
    {
        _outcome = null;
        _node.System.Own(fences, (actors, error) => _outcome = (actors, error));
        _node.Pump();
        Assert.NotNull(_outcome);
    }

    /// <summary>Somebody else has had an actor in each shard, with the shard's number and one as total. Claims all.</summary>
    private IReadOnlyList<Fence> Filled()
    {
        using (var other = new ToyNode(_store, _clock))
        {
            other.Own(_store.Claim(All).Fences);
            foreach (var shard in All)
            {
                other.Tell(shard.Value, new CounterInput.Add(shard.Value + 1));
            }
        }

        return _store.Claim(All).Fences;
    }
}
