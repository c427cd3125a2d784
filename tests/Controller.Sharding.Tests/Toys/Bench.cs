using System.Diagnostics;
using System.Text;
using Controller.Sharding.Embedded;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;

namespace Controller.Sharding.Tests.Toys;

/// <summary>An engine of counters on a journal in memory. Pumped and with a virtual clock unless told otherwise: then everything is one thread.</summary>
internal sealed class Bench : IDisposable
{
    public static readonly ActorKind Kind = new(1);

    private readonly Func<EngineOptions, EngineOptions> _change;
    private readonly bool _threaded;
    private readonly PassivationPolicy _passivation;
    private readonly TimeProvider? _time;

    public Bench(bool threaded = false, PassivationPolicy? passivation = null, Func<EngineOptions, EngineOptions>? change = null, bool start = true, TimeProvider? time = null)
    {
        (_threaded, _passivation, _change, _time) = (threaded, passivation ?? PassivationPolicy.Never, change ?? (o => o), time);
        Journal = new InMemoryJournal(threaded);
        System = Build();
        if (start)
        {
            System.Start();
        }
    }

    public VirtualClock Clock { get; } = new();
    public InMemoryJournal Journal { get; }
    public RecordingInterpreter Released { get; } = new();
    public SettingsSource<CounterSettings> Settings { get; } = new(new CounterSettings());
    public List<EngineFault> Faults { get; } = [];
    public ActorSystem System { get; private set; }

    public Instant Now => new(Clock.GetUtcNow().ToUnixTimeMilliseconds());

    public static ActorId Actor(int number) => new(Kind, new UInt128((ulong)number << 48, (ulong)number));

    /// <summary>The node is gone with everything it had not committed; another one starts on the same journal.</summary>
    public void Crash(Action<ActorSystem>? afterStart = null, Action<ActorSystem>? beforeStart = null)
    {
        System.Dispose();
        Journal.Restart();
        Released.Clear();
        System = Build();
        beforeStart?.Invoke(System);
        System.Start();
        afterStart?.Invoke(System);
        Pump();
    }

    public void Tell(int actor, params CounterInput[] inputs)
    {
        foreach (var input in inputs)
        {
            Assert.True(System.Tell(Actor(actor), input));
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

    public void Advance(int milliseconds)
    {
        Clock.Advance(milliseconds);
        Pump();
    }

    /// <summary>The state as the journal has it: what the next owner would know.</summary>
    public CounterState Stored(int actor) => Stored(Actor(actor));

    public CounterState Stored(ActorId actor)
    {
        var codec = new CounterCodec();
        return Journal.Load(actor).SelectMany(r => codec.Decode(r.Payload.Span)).Aggregate(CounterState.Zero, Counter.Evolve);
    }

    /// <summary>The state as the engine has it; null if the actor is not in memory.</summary>
    public CounterState? Live(int actor)
    {
        var look = System.InspectAsync<CounterState, Tuple<ActorId, CounterState>>(Kind, (id, state) => Tuple.Create(id, state));
        Pump();
        return look.WaitAsync(TimeSpan.FromSeconds(10)).GetAwaiter().GetResult().SingleOrDefault(s => s.Item1 == Actor(actor))?.Item2;
    }

    public string[] Outbox() => [.. Journal.ReadOutbox(1000).Select(r => Encoding.UTF8.GetString(r.Payload.Span))];

    public static void Until(Func<bool> condition, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"not within 20 s: {what}");
            Thread.Yield();
        }
    }

    public void Dispose()
    {
        System.Dispose();
        Journal.Dispose();
    }

    private ActorSystem Build()
    {
        var options = _change(new EngineOptions { Pumped = !_threaded, Loops = 1 });
        var system = new ActorSystem(options, Journal, new SingleNodePlacement(options.Shards), _time ?? Clock);
        system.Faulted += fault =>
        {
            lock (Faults)
            {
                Faults.Add(fault);
            }
        };
        system.Register<Counter, CounterState, CounterInput, CounterEvent, CounterEffect, CounterSettings>(Kind, new CounterCodec(), Released, Settings, _passivation);
        return system;
    }
}
