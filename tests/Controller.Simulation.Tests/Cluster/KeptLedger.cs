using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>
/// "kept": what a router has taken for an actor that is not here is decided and committed by somebody within a takeover's time, if the run that took it lives on and
/// only one thing was wrong. Who speaks UDP would say it again; for whom speaks TCP there is no other chance. Every input that travels carries a number of ours.
/// </summary>
internal sealed class KeptLedger(Machines machines)
{
    private const int NumberBytes = sizeof(long);
    private const int Within = 6_000;

    private readonly HashSet<long> _open = [];
    private readonly ConditionalWeakTable<object, StrongBox<long>> _numbers = [];
    private long _last;

    public IInputCodec Watch(VirtualNode node, IInputCodec codec) => new Numbering(this, node, codec);

    public IActorSystem Watch(IActorSystem system) => new Settling(this, system);

    private long Taken(VirtualNode node, object input)
    {
        long number = ++_last;
        (Incarnation run, long at) = (node.Self, machines.Clock.Now);
        _open.Add(number);
        machines.Schedule.After(Within, () =>
        {
            if (_open.Remove(number) && node.IsAlive && node.Self == run && !node.IsPaused && machines.DisturbedUntil < at)
            {
                throw new ViolationException("kept", $"node {run} took a {input.GetType().Name} at {at}, and nobody has decided it");
            }
        });
        return number;
    }

    private sealed class Numbering(KeptLedger ledger, VirtualNode node, IInputCodec codec) : IInputCodec
    {
        public bool TryEncode(object input, IBufferWriter<byte> into)
        {
            var encoded = new ArrayBufferWriter<byte>();
            if (!codec.TryEncode(input, encoded))
            {
                return false;
            }

            BinaryPrimitives.WriteInt64LittleEndian(into.GetSpan(NumberBytes), ledger.Taken(node, input));
            into.Advance(NumberBytes);
            into.Write(encoded.WrittenSpan);
            return true;
        }

        public bool TryDecode(ReadOnlySpan<byte> bytes, [MaybeNullWhen(false)] out object input)
        {
            bool read = codec.TryDecode(bytes[NumberBytes..], out input);
            if (read)
            {
                ledger._numbers.AddOrUpdate(input!, new StrongBox<long>(BinaryPrimitives.ReadInt64LittleEndian(bytes)));
            }

            return read;
        }
    }

    private sealed class Settling(KeptLedger ledger, IActorSystem system) : IActorSystem
    {
        public int Shards => system.Shards;

        public bool Tell(ActorId actor, object input) => system.Tell(
            actor, input is Receipted kept && ledger._numbers.TryGetValue(kept.Input, out StrongBox<long>? number) ? kept with { Receipt = new Noting(ledger, number.Value, kept.Receipt) } : input);

        public bool IsBehind(ActorId actor) => system.IsBehind(actor);

        public Task<IReadOnlyList<TResult>> InspectAsync<TState, TResult>(ActorKind kind, Func<ActorId, TState, TResult?> look)
            where TState : class where TResult : class => system.InspectAsync(kind, look);

        public int CountOf(ActorKind kind) => system.CountOf(kind);

        public Task<IReadOnlyList<(long Sequence, object Event)>> HistoryAsync(ActorId actor) => system.HistoryAsync(actor);

        public Task DrainAsync() => system.DrainAsync();
    }

    private sealed class Noting(KeptLedger ledger, long number, IReceipt receipt) : IReceipt
    {
        public void Settled()
        {
            ledger._open.Remove(number);
            receipt.Settled();
        }

        public void Refused() => receipt.Refused();
    }
}
