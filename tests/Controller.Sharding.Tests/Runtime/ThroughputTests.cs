using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics;
using Controller.Sharding.Embedded;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sharding.Tests.Toys;
using Xunit.Abstractions;

namespace Controller.Sharding.Tests.Runtime;

/// <summary>Prints what a decision costs; asserts only what holds on any machine: the engine itself allocates nothing for one.</summary>
public sealed class ThroughputTests(ITestOutputHelper output)
{
    private const int Told = 100_000;

    [Theory]
    [InlineData(Durability.Required, true)]
    [InlineData(Durability.Required, false)]
    [InlineData(Durability.Volatile, false)]
    public void Decisions_per_second_and_octets_per_decision(Durability durability, bool keepRows)
    {
        using IJournal journal = keepRows ? new InMemoryJournal(threaded: false) : new ForgetfulJournal();
        using var system = new ActorSystem(new EngineOptions { Loops = 1, Pumped = true }, journal, new SingleNodePlacement(), TimeProvider.System);
        var released = new Tally();
        system.Register<Tick, TickState, TickInput, TickEvent, TickEffect, TickSettings>(new ActorKind(1), new TickCodec(), released, new SettingsSource<TickSettings>(new TickSettings()), PassivationPolicy.Never);
        system.Start();
        var input = new TickInput(durability);

        Run(system, input, Told);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var cpu = Environment.CpuUsage.TotalTime;
        var watch = Stopwatch.StartNew();
        Run(system, input, Told);
        watch.Stop();
        cpu = Environment.CpuUsage.TotalTime - cpu;
        var each = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)Told;
        output.WriteLine($"{durability}, rows {(keepRows ? "kept" : "dropped")}: {Told / watch.Elapsed.TotalSeconds / 1000:F0}k decisions/s, {cpu.TotalNanoseconds / Told:F0} ns of CPU each, on one thread (tell, decide, commit, release), {each:F2} octets per decision");

        Assert.Equal(2 * Told, released.Count);
        if (!keepRows)
        {
            Assert.True(each < 1, $"{each} octets per decision");
        }
    }

    private static void Run(ActorSystem system, TickInput input, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Assert.True(system.Tell(Bench.Actor(i & 1023), input));
            if (i % 250 == 249)
            {
                while (system.Pump())
                {
                }
            }
        }
    }

    private sealed class Tally : IEffectInterpreter<TickEffect>
    {
        private long _count;

        public long Count => _count;

        public void Release(ActorId actor, TickEffect effect, Instant decidedAt) => _count++;
    }

    /// <summary>Commits at once and keeps nothing: what is left is the engine.</summary>
    private sealed class ForgetfulJournal : IJournal
    {
        public JournalClaim Claim(IReadOnlyList<ShardId> shards) => new([.. shards.Select(s => new Fence(s, new Epoch(1)))], new byte[32]);

        public void Append(JournalBatch batch) => batch.Completed(AppendResult.Appended.Instance);

        public void Recover(IReadOnlyCollection<ShardId> shards, Action<JournalRow> row)
        {
        }

        public void Forget(IReadOnlyList<ShardId> shards)
        {
        }

        public IReadOnlyList<JournalRow> Load(ActorId actor) => [];
        public IReadOnlyList<OutboxRow> ReadOutbox(int limit) => [];

        public void RemoveOutbox(long throughId)
        {
        }

        public void Dispose()
        {
        }
    }

    internal sealed record TickSettings;

    internal sealed record TickState;

    internal sealed record TickInput(Durability Durability);

    internal sealed record TickEvent(Durability Durability);

    internal sealed record TickEffect;

    /// <summary>Decides from constants, so that whatever is allocated is the engine's.</summary>
    private readonly struct Tick : IActor<TickState, TickInput, TickEvent, TickEffect, TickSettings>
    {
        private static readonly TickState Here = new();
        private static readonly ImmutableArray<TickEffect> Effects = [new TickEffect()];
        private static readonly ImmutableArray<TickEvent> Required = [new TickEvent(Durability.Required)];
        private static readonly ImmutableArray<TickEvent> Volatile = [new TickEvent(Durability.Volatile)];

        public static TickState Empty { get; } = new();
        public static TickInput TimerDue { get; } = new(Durability.Volatile);
        public static TickInput Recovered { get; } = new(Durability.Volatile);

        public static Decision<TickState, TickEvent, TickEffect> Decide(TickState state, TickInput input, in ActorContext<TickSettings> context) =>
            new(Here, input.Durability == Durability.Required ? Required : Volatile, Effects);

        public static TickState Evolve(TickState state, TickEvent happened) => Here;
        public static Instant NextDue(TickState state) => Instant.Never;
        public static Durability DurabilityOf(TickEvent happened) => happened.Durability;
    }

    private sealed class TickCodec : IEventCodec<TickEvent, TickEffect>
    {
        public void Encode(ReadOnlySpan<TickEvent> events, IBufferWriter<byte> into)
        {
            into.GetSpan(64)[..64].Fill(7);
            into.Advance(64);
        }

        public ImmutableArray<TickEvent> Decode(ReadOnlySpan<byte> payload) => [];
        public bool Supersedes(TickEvent happened) => false;
        public ReadOnlyMemory<byte> OutboxOf(TickEffect effect) => default;
    }
}
