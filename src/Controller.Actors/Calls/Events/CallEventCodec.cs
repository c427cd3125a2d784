using System.Buffers;
using System.Collections.Immutable;
using Controller.Sharding.Model;
using Google.Protobuf;

namespace Controller.Actors.Calls.Events;

/// <summary>A call's events as Protobuf (<c>call.proto</c>): one row for what one decision made happen.</summary>
public sealed class CallEventCodec : IEventCodec<CallEvent, CallEffect>
{
    public void Encode(ReadOnlySpan<CallEvent> events, IBufferWriter<byte> into)
    {
        using var row = new StoredRow();
        foreach (CallEvent happened in events)
        {
            if (Call.DurabilityOf(happened) != Durability.Volatile)
            {
                CallEventWriting.Write(row, happened);
            }
        }

        into.Write(row.Written);
    }

    public ImmutableArray<CallEvent> Decode(ReadOnlySpan<byte> payload)
    {
        try
        {
            Wire.Row row = Wire.Row.Parser.ParseFrom(payload);
            var events = ImmutableArray.CreateBuilder<CallEvent>(row.Happened.Count);
            foreach (Wire.Happened happened in row.Happened)
            {
                events.Add(CallEventReading.FromWire(happened));
            }

            return events.MoveToImmutable();
        }
        catch (InvalidProtocolBufferException damage)
        {
            throw new FormatException("not the events of a call: " + damage.Message, damage);
        }
    }

    public bool Supersedes(CallEvent happened) => false;

    public ReadOnlyMemory<byte> OutboxOf(CallEffect effect) => effect is CallEffect.WriteChargingRecord record ? record.Json : default;
}
