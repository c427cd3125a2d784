using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.Parties;

namespace Controller.Simulation.Tests.Mutants;

/// <summary>Nothing waits for its commit.</summary>
internal readonly struct SendsBeforeCommit : IFlaw
{
    public static Durability DurabilityOf(CallEvent happened) => Call.DurabilityOf(happened) == Durability.Required ? Durability.Lazy : Call.DurabilityOf(happened);
}

/// <summary>One kind of event is never stored.</summary>
internal readonly struct Forgets<TEvent> : IFlaw
    where TEvent : CallEvent
{
    public static IEventCodec<CallEvent, CallEffect> Codec => new Forgetful();

    private sealed class Forgetful : IEventCodec<CallEvent, CallEffect>
    {
        private readonly CallEventCodec _codec = new();

        public void Encode(ReadOnlySpan<CallEvent> events, IBufferWriter<byte> into) => _codec.Encode(events.ToArray().Where(happened => happened is not TEvent).ToArray(), into);

        public ImmutableArray<CallEvent> Decode(ReadOnlySpan<byte> payload) => _codec.Decode(payload);

        public bool Supersedes(CallEvent happened) => _codec.Supersedes(happened);

        public ReadOnlyMemory<byte> OutboxOf(CallEffect effect) => _codec.OutboxOf(effect);
    }
}

/// <summary>A recovered call waits for what may come.</summary>
internal readonly struct SilentAfterRecovery : IFlaw
{
    public static Decision<CallState, CallEvent, CallEffect> Decide(CallState state, CallInput input, in ActorContext<ControllerSettings> context) =>
        input is CallInput.Recovered && state.Phase != CallPhase.None ? new(state, [], []) : Call.Decide(state, input, context);
}

/// <summary>A refusal is acknowledged once: that the ACK was lost, and the refusal comes again, is nothing to it.</summary>
internal readonly struct AcknowledgesRefusalsOnce : IFlaw
{
    public static Decision<CallState, CallEvent, CallEffect> Decide(CallState state, CallInput input, in ActorContext<ControllerSettings> context) =>
        input is CallInput.ResponseReceived { Response: { Method: SipMethod.Invite, StatusCode: >= 300 } refusal } && state.FindClient(PartyText.Branch(refusal), SipMethod.Invite) is { IsPending: false }
            ? new(state, [], [])
            : Call.Decide(state, input, context);
}

/// <summary>What is sent is changed on its way out.</summary>
internal readonly struct Says<TChange> : IFlaw
    where TChange : IChange
{
    public static Decision<CallState, CallEvent, CallEffect> Decide(CallState state, CallInput input, in ActorContext<ControllerSettings> context)
    {
        Decision<CallState, CallEvent, CallEffect> decision = Call.Decide(state, input, context);
        var effects = ImmutableArray.CreateBuilder<CallEffect>();
        foreach (CallEffect effect in decision.Effects)
        {
            TChange.Change(effect, context.Now, effects);
        }

        return decision with { Effects = effects.ToImmutable() };
    }
}

internal interface IChange
{
    static abstract void Change(CallEffect effect, Instant now, ImmutableArray<CallEffect>.Builder into);
}

/// <summary>The CSeq of requests comes from the clock.</summary>
internal readonly struct ClockAsCSeq : IChange
{
    public static void Change(CallEffect effect, Instant now, ImmutableArray<CallEffect>.Builder into)
    {
        if (effect is CallEffect.Send { Branch.Length: > 0 } send)
        {
            string text = Encoding.Latin1.GetString(send.Bytes.Span);
            effect = send with { Bytes = Encoding.Latin1.GetBytes(System.Text.RegularExpressions.Regex.Replace(text, "CSeq: [0-9]+", $"CSeq: {now.Milliseconds % 100_000}")) };
        }

        into.Add(effect);
    }
}

internal readonly struct NoByeToCallees : IChange
{
    public static void Change(CallEffect effect, Instant now, ImmutableArray<CallEffect>.Builder into)
    {
        if (effect is not CallEffect.Send send || !send.Bytes.Span.StartsWith("BYE"u8) || !send.To.Remote.Address.ToString().StartsWith("198.", StringComparison.Ordinal))
        {
            into.Add(effect);
        }
    }
}

internal readonly struct NoAck : IChange
{
    public static void Change(CallEffect effect, Instant now, ImmutableArray<CallEffect>.Builder into)
    {
        if (effect is not CallEffect.Send send || !send.Bytes.Span.StartsWith("ACK"u8))
        {
            into.Add(effect);
        }
    }
}

internal readonly struct NoCancel : IChange
{
    public static void Change(CallEffect effect, Instant now, ImmutableArray<CallEffect>.Builder into)
    {
        if (effect is not CallEffect.Send send || !send.Bytes.Span.StartsWith("CANCEL"u8))
        {
            into.Add(effect);
        }
    }
}

internal readonly struct ChargesTwice : IChange
{
    public static void Change(CallEffect effect, Instant now, ImmutableArray<CallEffect>.Builder into)
    {
        into.Add(effect);
        if (effect is CallEffect.WriteChargingRecord)
        {
            into.Add(effect);
        }
    }
}

internal readonly struct ChargesWrongly : IChange
{
    public static void Change(CallEffect effect, Instant now, ImmutableArray<CallEffect>.Builder into) => into.Add(effect is CallEffect.WriteChargingRecord record
        ? record with { Json = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(record.Json.Span).Replace("\"answered\"", "\"failed\"", StringComparison.Ordinal)) }
        : effect);
}

internal readonly struct ChargesNothing : IChange
{
    public static void Change(CallEffect effect, Instant now, ImmutableArray<CallEffect>.Builder into)
    {
        if (effect is not CallEffect.WriteChargingRecord)
        {
            into.Add(effect);
        }
    }
}

/// <summary>Passes the other side's product on in responses that need no commit.</summary>
internal readonly struct TellsTopology : IChange
{
    public static void Change(CallEffect effect, Instant now, ImmutableArray<CallEffect>.Builder into)
    {
        if (effect is CallEffect.Send send && send.Bytes.Span.StartsWith("SIP/2.0 180"u8) && send.Bytes.Span.IndexOf("application/sdp"u8) < 0)
        {
            string text = Encoding.Latin1.GetString(send.Bytes.Span);
            effect = send with { Bytes = Encoding.Latin1.GetBytes(text.Replace("\r\nCall-ID", "\r\nServer: zQb of 198.51.100.20\r\nCall-ID", StringComparison.Ordinal)) };
        }

        into.Add(effect);
    }
}

/// <summary>Refusals of the transaction layer's own, and the answers to CANCEL, are another each time.</summary>
internal readonly struct AnswersDiffer : IChange
{
    public static void Change(CallEffect effect, Instant now, ImmutableArray<CallEffect>.Builder into)
    {
        if (effect is CallEffect.Send send && send.Bytes.Span.StartsWith("SIP/2.0 200"u8) && send.Bytes.Span.IndexOf(" CANCEL\r\n"u8) >= 0)
        {
            string text = Encoding.Latin1.GetString(send.Bytes.Span);
            effect = send with { Bytes = Encoding.Latin1.GetBytes(text.Replace("\r\nCall-ID", $"\r\nTimestamp: {now.Milliseconds}\r\nCall-ID", StringComparison.Ordinal)) };
        }

        into.Add(effect);
    }
}
