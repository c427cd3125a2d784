using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sharding.Model;

namespace Controller.Simulation.Tests.Mutants;

/// <summary>What is written is wrong, in the journal and on the wire alike.</summary>
internal readonly struct Writes<TEdit> : IFlaw
    where TEdit : IEdit
{
    public static Decision<CallState, CallEvent, CallEffect> Decide(CallState state, CallInput input, in ActorContext<ControllerSettings> context)
    {
        Decision<CallState, CallEvent, CallEffect> decision = Call.Decide(state, input, context);
        ImmutableArray<CallEvent> events = [.. decision.Events.Select(static happened => With(happened, Edited(Message(happened))))];
        ReadOnlyMemory<byte>[] written = [.. decision.Events.Select(Message)];
        return decision with
        {
            Events = events,
            Next = events.Aggregate(state, Call.Evolve),

            // What is sent again is wrong already.
            Effects = [.. decision.Effects.Select(effect => effect is CallEffect.Send send && Array.Exists(written, send.Bytes.Equals) ? send with { Bytes = Edited(send.Bytes) } : effect)],
        };
    }

    private static ReadOnlyMemory<byte> Message(CallEvent happened) => happened switch
    {
        CallEvent.RequestSent e => e.Request,
        CallEvent.RequestAnswered e => e.Response,
        CallEvent.LegRang e => e.Response,
        CallEvent.LegAnswered e => e.Response,
        _ => default,
    };

    private static CallEvent With(CallEvent happened, ReadOnlyMemory<byte> message) => happened switch
    {
        CallEvent.RequestSent e => e with { Request = message },
        CallEvent.RequestAnswered e => e with { Response = message },
        CallEvent.LegRang e => e with { Response = message },
        CallEvent.LegAnswered e => e with { Response = message },
        _ => happened,
    };

    private static ReadOnlyMemory<byte> Edited(ReadOnlyMemory<byte> message) => message.IsEmpty ? message : Encoding.Latin1.GetBytes(TEdit.Edit(Encoding.Latin1.GetString(message.Span)));
}

internal interface IEdit
{
    static abstract string Edit(string message);
}

/// <summary>A PRACK names a response that was never sent.</summary>
internal readonly struct WrongRAck : IEdit
{
    public static string Edit(string message) => Regex.Replace(message, "(?<=\r\nRAck: )[0-9]+", static number => (long.Parse(number.Value, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture));
}

/// <summary>The numbers of reliable responses have gaps.</summary>
internal readonly struct RSeqJumps : IFlaw
{
    public static Decision<CallState, CallEvent, CallEffect> Decide(CallState state, CallInput input, in ActorContext<ControllerSettings> context)
    {
        Decision<CallState, CallEvent, CallEffect> decision = Call.Decide(state, input, context);
        if (decision.Events.OfType<CallEvent.LegRang>().FirstOrDefault(rang => rang.RSeq > 1 && state.EarlyDialog(rang.CallerTag) is { LocalRSeq: > 0 }) is not { } second)
        {
            return decision;
        }

        string text = Encoding.Latin1.GetString(second.Response.Span);
        byte[] bytes = Encoding.Latin1.GetBytes(text.Replace($"RSeq: {second.RSeq}", $"RSeq: {second.RSeq + 1}", StringComparison.Ordinal));
        ImmutableArray<CallEvent> events = decision.Events.Replace(second, second with { RSeq = second.RSeq + 1, Response = bytes });
        return decision with
        {
            Events = events,
            Next = events.Aggregate(state, Call.Evolve),
            Effects = [.. decision.Effects.Select(effect => effect is CallEffect.Send send && send.Bytes.Equals(second.Response) ? send with { Bytes = bytes } : effect)],
        };
    }
}

/// <summary>The version of a session description never changes.</summary>
internal readonly struct OriginStays : IEdit
{
    public static string Edit(string message) => Regex.Replace(message, "(\r\no=[^ ]+ [0-9]+) [0-9]+", "$1 1");
}

/// <summary>The 2xx goes to the caller though a reliable response with a description waits for its PRACK (RFC 3262 section 3).</summary>
internal readonly struct OvertakesPrack : IFlaw
{
    public static Decision<CallState, CallEvent, CallEffect> Decide(CallState state, CallInput input, in ActorContext<ControllerSettings> context)
    {
        Decision<CallState, CallEvent, CallEffect> decision = Call.Decide(state, input, context);
        CallEvent.LegAnswered? waits = decision.Events.OfType<CallEvent.LegAnswered>().FirstOrDefault(static answered => answered.PrackAwaited);
        return waits is null ? decision : decision with { Effects = decision.Effects.Add(new CallEffect.Send(state.A.Flow, waits.Response, "")) };
    }
}

/// <summary>The second answer of a fork gets no ACK.</summary>
internal readonly struct NoAckForSecond : IChange
{
    public static void Change(CallEffect effect, Instant now, ImmutableArray<CallEffect>.Builder into)
    {
        if (effect is not CallEffect.Send send || !send.Bytes.Span.StartsWith("ACK"u8) || send.Bytes.Span.IndexOf("tag1\r\n"u8) < 0)
        {
            into.Add(effect);
        }
    }
}
