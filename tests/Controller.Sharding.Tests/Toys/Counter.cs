using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text;
using Controller.Sharding.Model;

namespace Controller.Sharding.Tests.Toys;

internal sealed record CounterSettings(int Step = 1);

/// <param name="Total">Sum of what was added with a required event.</param>
/// <param name="Noted">How often a lazy event happened.</param>
/// <param name="Touched">How often a volatile event happened.</param>
internal sealed record CounterState(long Total, long Noted, long Touched, Instant Due, long Fired)
{
    public static readonly CounterState Zero = new(0, 0, 0, Instant.Never, 0);
}

internal abstract record CounterInput
{
    internal sealed record Add(long Amount) : CounterInput;

    internal sealed record Note : CounterInput;

    internal sealed record Touch : CounterInput;

    /// <summary>No event, only an effect.</summary>
    internal sealed record Ask : CounterInput;

    internal sealed record Arm(Instant At) : CounterInput;

    /// <summary>One event that carries the whole state.</summary>
    internal sealed record Summarise : CounterInput;

    internal sealed record Charge(params string[] Records) : CounterInput;

    internal sealed record End(bool Say = true) : CounterInput;

    internal sealed record Throw : CounterInput;

    /// <summary>Its event cannot be encoded.</summary>
    internal sealed record Unwritable : CounterInput;

    internal sealed record TellInside : CounterInput;

    internal sealed record Borrowed(Action OnDispose) : CounterInput, IDisposable
    {
        public void Dispose() => OnDispose();
    }

    internal sealed record TimerDue : CounterInput;

    internal sealed record Recovered : CounterInput;
}

internal enum CounterEventKind : byte
{
    Added = 1,
    Noted,
    Touched,
    Armed,
    Fired,
    Summarised,
    Unwritable,
}

internal sealed record CounterEvent(CounterEventKind Kind, long Value = 0, CounterState? Summary = null);

internal abstract record CounterEffect
{
    /// <param name="Total">The total that whoever hears this may rely on.</param>
    internal sealed record Say(string Text, long Total) : CounterEffect;

    internal sealed record Inside(string Text) : CounterEffect;

    internal sealed record Book(string Record) : CounterEffect;
}

internal readonly struct Counter : IActor<CounterState, CounterInput, CounterEvent, CounterEffect, CounterSettings>
{
    public static CounterState Empty => CounterState.Zero;
    public static CounterInput TimerDue { get; } = new CounterInput.TimerDue();
    public static CounterInput Recovered { get; } = new CounterInput.Recovered();

    /// <summary>Whoever has a million.</summary>
    public const long Patient = 1_000_000;

    public static bool MayWait(CounterState state) => state.Total == Patient;

    public static Decision<CounterState, CounterEvent, CounterEffect> Decide(CounterState state, CounterInput input, in ActorContext<CounterSettings> context)
    {
        switch (input)
        {
            case CounterInput.Add add:
                return Happened(state, new CounterEvent(CounterEventKind.Added, add.Amount * context.Settings.Step), "added");
            case CounterInput.Note:
                return Happened(state, new CounterEvent(CounterEventKind.Noted), "noted");
            case CounterInput.Touch:
                return Happened(state, new CounterEvent(CounterEventKind.Touched), "touched");
            case CounterInput.Arm arm:
                return Happened(state, new CounterEvent(CounterEventKind.Armed, arm.At.Milliseconds), "armed");
            case CounterInput.Summarise:
                return Happened(state, new CounterEvent(CounterEventKind.Summarised, 0, state), "summarised");
            case CounterInput.TimerDue:
                return Happened(state, new CounterEvent(CounterEventKind.Fired, context.Now.Milliseconds), "fired");
            case CounterInput.Unwritable:
                return Happened(state, new CounterEvent(CounterEventKind.Unwritable), "never");
            case CounterInput.Charge charge:
                var charged = Happened(state, new CounterEvent(CounterEventKind.Added, 1), "charged");
                return charged with { Effects = [.. charge.Records.Select(r => new CounterEffect.Book(r)), .. charged.Effects] };
            case CounterInput.End end:
                var ended = Happened(state, new CounterEvent(CounterEventKind.Added, 0), "ended") with { Stop = true };
                return end.Say ? ended : ended with { Effects = [] };
            case CounterInput.TellInside:
                var told = Happened(state, new CounterEvent(CounterEventKind.Added, 1), "sent");
                return told with { Effects = [new CounterEffect.Inside("inside"), .. told.Effects] };
            case CounterInput.Throw:
                throw new InvalidOperationException("a defect");
            case CounterInput.Recovered:
                return new(state, [], [new CounterEffect.Say("recovered", state.Total)]);
            default:
                return new(state, [], [new CounterEffect.Say("asked", state.Total)]);
        }
    }

    public static CounterState Evolve(CounterState state, CounterEvent happened) => happened.Kind switch
    {
        CounterEventKind.Added => state with { Total = state.Total + happened.Value },
        CounterEventKind.Noted => state with { Noted = state.Noted + 1 },
        CounterEventKind.Touched => state with { Touched = state.Touched + 1 },
        CounterEventKind.Armed => state with { Due = new Instant(happened.Value) },
        CounterEventKind.Fired => state with { Due = Instant.Never, Fired = state.Fired + 1 },
        CounterEventKind.Summarised => happened.Summary!,
        _ => state,
    };

    public static Instant NextDue(CounterState state) => state.Due;

    public static Durability DurabilityOf(CounterEvent happened) => happened.Kind switch
    {
        CounterEventKind.Noted => Durability.Lazy,
        CounterEventKind.Touched => Durability.Volatile,
        _ => Durability.Required,
    };

    private static Decision<CounterState, CounterEvent, CounterEffect> Happened(CounterState state, CounterEvent happened, string text)
    {
        var next = Evolve(state, happened);
        return new(next, [happened], [new CounterEffect.Say(text, next.Total)]);
    }
}

internal sealed class CounterCodec : IEventCodec<CounterEvent, CounterEffect>
{
    private const int Size = 41;

    public void Encode(ReadOnlySpan<CounterEvent> events, IBufferWriter<byte> into)
    {
        foreach (var happened in events)
        {
            if (happened.Kind == CounterEventKind.Unwritable)
            {
                throw new NotSupportedException("an event without a number");
            }

            var span = into.GetSpan(Size);
            span[0] = (byte)happened.Kind;
            var state = happened.Summary ?? CounterState.Zero;
            BinaryPrimitives.WriteInt64LittleEndian(span[1..], happened.Kind == CounterEventKind.Summarised ? state.Total : happened.Value);
            BinaryPrimitives.WriteInt64LittleEndian(span[9..], state.Noted);
            BinaryPrimitives.WriteInt64LittleEndian(span[17..], state.Touched);
            BinaryPrimitives.WriteInt64LittleEndian(span[25..], state.Due.Milliseconds);
            BinaryPrimitives.WriteInt64LittleEndian(span[33..], state.Fired);
            into.Advance(Size);
        }
    }

    public ImmutableArray<CounterEvent> Decode(ReadOnlySpan<byte> payload)
    {
        if (payload.Length % Size != 0)
        {
            throw new FormatException($"a payload of {payload.Length} octets");
        }

        var events = ImmutableArray.CreateBuilder<CounterEvent>();
        for (; payload.Length > 0; payload = payload[Size..])
        {
            var value = BinaryPrimitives.ReadInt64LittleEndian(payload[1..]);
            var kind = (CounterEventKind)payload[0];
            events.Add(kind != CounterEventKind.Summarised
                ? new CounterEvent(kind, value)
                : new CounterEvent(kind, 0, new CounterState(
                    value,
                    BinaryPrimitives.ReadInt64LittleEndian(payload[9..]),
                    BinaryPrimitives.ReadInt64LittleEndian(payload[17..]),
                    new Instant(BinaryPrimitives.ReadInt64LittleEndian(payload[25..])),
                    BinaryPrimitives.ReadInt64LittleEndian(payload[33..]))));
        }

        return events.ToImmutable();
    }

    public bool Supersedes(CounterEvent happened) => happened.Kind == CounterEventKind.Summarised;

    public ReadOnlyMemory<byte> OutboxOf(CounterEffect effect) => effect is CounterEffect.Book book ? Encoding.UTF8.GetBytes(book.Record) : default;
}
