using System.Buffers;
using System.Collections.Immutable;
using Controller.Actors.Calls;
using Controller.Sharding.Model;
using Google.Protobuf;

namespace Controller.Actors.Trunks;

/// <summary>trunk.proto: what is stored of a trunk.</summary>
public sealed class TrunkEventCodec : IEventCodec<TrunkEvent, CallEffect>
{
    public void Encode(ReadOnlySpan<TrunkEvent> events, IBufferWriter<byte> into)
    {
        var stored = new Wire.Events();
        foreach (TrunkEvent happened in events)
        {
            stored.Events_.Add(ToWire(happened));
        }

        stored.WriteTo(into);
    }

    public ImmutableArray<TrunkEvent> Decode(ReadOnlySpan<byte> payload)
    {
        try
        {
            return [.. Wire.Events.Parser.ParseFrom(payload).Events_.Select(FromWire)];
        }
        catch (InvalidProtocolBufferException damage)
        {
            throw new FormatException("not the stored events of a trunk: " + damage.Message, damage);
        }
    }

    public bool Supersedes(TrunkEvent happened) => happened is TrunkEvent.Counted;

    public ReadOnlyMemory<byte> OutboxOf(CallEffect effect) => default;

    private static Wire.Event ToWire(TrunkEvent happened) => happened switch
    {
        TrunkEvent.Opened e => new() { Opened = new() { Name = e.Name } },
        TrunkEvent.Granted e => new() { Granted = new() { Slot = ToWire(e.Slot), At = e.At.Milliseconds, PacedUntil = e.PacedUntil, Holds = e.Holds } },
        TrunkEvent.Freed e => new() { Freed = ToWire(e.Slot) },
        TrunkEvent.EndpointJudged e => new() { Judged = new() { Uri = e.Uri, IsDown = e.IsDown, At = e.At.Milliseconds } },
        TrunkEvent.EndpointGone e => new() { Gone = e.Uri },
        TrunkEvent.Counted e => new() { Counted = ToWire(e) },
        _ => throw new ArgumentException($"{happened.GetType().Name} is not stored", nameof(happened)),
    };

    private static Wire.Counted ToWire(TrunkEvent.Counted counted)
    {
        var stored = new Wire.Counted { Name = counted.Name, PacedUntil = counted.PacedUntil };
        stored.Slots.AddRange(counted.Slots.Select(held => new Wire.Held { Slot = ToWire(held.Key), Since = held.Value.Milliseconds }));
        stored.Down.AddRange(counted.Down.Select(down => new Wire.Judged { Uri = down.Key, IsDown = true, At = down.Value.Milliseconds }));
        return stored;
    }

    private static Wire.Slot ToWire(Slot slot) => new()
    {
        Kind = slot.Call.Kind.Value,
        KeyHigh = (ulong)(slot.Call.Key >> 64),
        KeyLow = (ulong)slot.Call.Key,
        Leg = slot.Leg,
    };

    private static TrunkEvent FromWire(Wire.Event stored) => stored.KindCase switch
    {
        Wire.Event.KindOneofCase.Opened => new TrunkEvent.Opened(stored.Opened.Name),
        Wire.Event.KindOneofCase.Granted => new TrunkEvent.Granted(
            FromWire(stored.Granted.Slot), new Instant(stored.Granted.At), stored.Granted.PacedUntil, stored.Granted.Holds),
        Wire.Event.KindOneofCase.Freed => new TrunkEvent.Freed(FromWire(stored.Freed)),
        Wire.Event.KindOneofCase.Counted => new TrunkEvent.Counted(
            stored.Counted.Name,
            stored.Counted.Slots.ToImmutableSortedDictionary(held => FromWire(held.Slot), held => new Instant(held.Since)),
            stored.Counted.PacedUntil,
            stored.Counted.Down.ToImmutableSortedDictionary(down => down.Uri, down => new Instant(down.At), StringComparer.Ordinal)),
        Wire.Event.KindOneofCase.Judged => new TrunkEvent.EndpointJudged(stored.Judged.Uri, stored.Judged.IsDown, new Instant(stored.Judged.At)),
        Wire.Event.KindOneofCase.Gone => new TrunkEvent.EndpointGone(stored.Gone),
        _ => throw new FormatException("an event of a trunk that this version does not know"),
    };

    private static Slot FromWire(Wire.Slot? stored) => stored is { Kind: <= byte.MaxValue }
        ? new Slot(new ActorId(new ActorKind((byte)stored.Kind), new UInt128(stored.KeyHigh, stored.KeyLow)), stored.Leg)
        : throw new FormatException("a slot of a trunk without a call that this version knows");
}
