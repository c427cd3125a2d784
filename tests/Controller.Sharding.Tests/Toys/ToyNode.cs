using Controller.Sharding.Embedded;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;
using Controller.Sharding.Runtime;

namespace Controller.Sharding.Tests.Toys;

/// <summary>One of several engines over one store; it starts without shards.</summary>
internal sealed class ToyNode : IDisposable
{
    public const int Shards = 16;

    private readonly bool _threaded;

    public ToyNode(InMemoryJournal store, TimeProvider clock, bool threaded = false, int number = 1, PassivationPolicy? passivation = null, Func<EngineOptions, EngineOptions>? change = null)
    {
        _threaded = threaded;
        Journal = new LearningJournal(store, Shards);
        var options = new EngineOptions { Pumped = !threaded, Loops = 2, Shards = Shards, Trust = Trust };
        System = new ActorSystem(change?.Invoke(options) ?? options, Journal, new NoShards(new NodeId(number), Shards), clock);
        System.Faulted += fault =>
        {
            lock (Faults)
            {
                Faults.Add(fault);
            }
        };
        System.Astray = (actor, input) => Astray?.Invoke(actor, input) ?? false;
        System.Register<Counter, CounterState, CounterInput, CounterEvent, CounterEffect, CounterSettings>(
            Bench.Kind, new CounterCodec(), Released, new SettingsSource<CounterSettings>(new CounterSettings()), passivation ?? PassivationPolicy.Never);
        System.Start();
    }

    public ActorSystem System { get; }
    public LearningJournal Journal { get; }
    public ToyTrust Trust { get; } = new();
    public RecordingInterpreter Released { get; } = new();
    public List<EngineFault> Faults { get; } = [];
    public Func<ActorId, object, bool>? Astray { get; set; }

    public static ActorId Actor(int number) => Bench.Actor(number);

    public static ShardId ShardOf(int actor) => Actor(actor).ShardOf(Shards);

    public EngineFaultKind[] FaultKinds
    {
        get
        {
            lock (Faults)
            {
                return [.. Faults.Select(f => f.Kind)];
            }
        }
    }

    /// <summary>Owns and waits until it is told so.</summary>
    public int Own(params IReadOnlyList<Fence> fences)
    {
        (int Actors, Exception? Error)? outcome = null;
        System.Own(fences, (actors, error) => outcome = (actors, error));
        Pump();
        Bench.Until(() => outcome is not null, "opened");
        Assert.Null(outcome!.Value.Error);
        return outcome.Value.Actors;
    }

    public bool TryTell(int actor, object input) => System.Tell(Actor(actor), input);

    public void Tell(int actor, params object[] inputs)
    {
        foreach (var input in inputs)
        {
            Assert.True(TryTell(actor, input));
        }

        Pump();
    }

    public void Pump()
    {
        for (var rounds = 0; !_threaded && System.Pump(); rounds++)
        {
            Assert.True(rounds < 10_000, "the engine does not come to rest");
        }
    }

    /// <summary>The actors in memory.</summary>
    public IReadOnlyList<KeyValuePair<ActorId, CounterState>> States()
    {
        var look = System.InspectAsync<CounterState, object>(Bench.Kind, static (id, state) => KeyValuePair.Create(id, state));
        Pump();
        return [.. look.WaitAsync(TimeSpan.FromSeconds(20)).GetAwaiter().GetResult().Cast<KeyValuePair<ActorId, CounterState>>()];
    }

    public int Actors => System.CountOf(Bench.Kind);

    public void Dispose() => System.Dispose();
}
