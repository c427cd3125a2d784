using System.Buffers;
using Controller.Actors.Policies;
using Controller.Sharding.Model;

namespace Controller.Actors.Tests.Flows.World;

/// <summary>One actor in memory and in the journal, of whatever kind.</summary>
internal abstract class Cell
{
    /// <summary>What has been written: lazy rows are lost in a crash if nothing was committed after them.</summary>
    public List<JournalRow> Rows { get; } = [];
    public abstract ActorId Id { get; }
    public abstract Instant Due { get; }
    public bool Stopped { get; protected set; } = true;

    /// <returns>The effects of the decision, in order.</returns>
    public abstract IReadOnlyList<object> Give(object input, Instant now, ControllerSettings settings);

    public abstract IReadOnlyList<object> WakeUp(Instant now, ControllerSettings settings);

    /// <summary>The process dies; what the journal holds is read back.</summary>
    public abstract IReadOnlyList<object> Recover(Instant now, ControllerSettings settings);

    /// <summary>What was written lazily within the last 50 ms, and has nothing committed behind it, is lost.</summary>
    /// <returns>How many rows.</returns>
    public int LoseWhatIsNotCommitted(Loss loses, Instant now)
    {
        int before = Rows.Count;
        if (loses == Loss.Everything)
        {
            Rows.Clear();
        }

        while (Rows.Count > 0 && !Rows[^1].Required && Rows[^1].At.After(TimeSpan.FromMilliseconds(50)) > now)
        {
            Rows.RemoveAt(Rows.Count - 1);
        }

        return before - Rows.Count;
    }
}

/// <param name="Required">Effects waited for its commit; false: it is written within 50 ms.</param>
internal sealed record JournalRow(Instant At, byte[] Payload, bool Required);

/// <inheritdoc/>
internal sealed class Cell<TActor, TState, TInput, TEvent, TEffect>(ActorId id, IEventCodec<TEvent, TEffect> codec) : Cell
    where TActor : IActor<TState, TInput, TEvent, TEffect, ControllerSettings>
    where TState : class
    where TInput : class
    where TEvent : class
    where TEffect : class
{
    public TState State { get; private set; } = TActor.Empty;
    public override ActorId Id => id;
    public override Instant Due => Stopped ? Instant.Never : TActor.NextDue(State);

    public override IReadOnlyList<object> WakeUp(Instant now, ControllerSettings settings) => Give(TActor.TimerDue, now, settings);

    public override IReadOnlyList<object> Give(object input, Instant now, ControllerSettings settings)
    {
        Decision<TState, TEvent, TEffect> decision = TActor.Decide(State, (TInput)input, new ActorContext<ControllerSettings>(id, now, settings));
        State = decision.Next;
        Stopped = decision.Stop;
        if (Stopped)
        {
            State = TActor.Empty;
            Rows.Clear();
        }
        else if (decision.Events.Any(happened => TActor.DurabilityOf(happened) != Durability.Volatile))
        {
            var into = new ArrayBufferWriter<byte>();
            codec.Encode([.. decision.Events.Where(happened => TActor.DurabilityOf(happened) != Durability.Volatile)], into);
            Rows.Add(new JournalRow(now, into.WrittenSpan.ToArray(), decision.Events.Any(happened => TActor.DurabilityOf(happened) == Durability.Required)));
        }

        return [.. decision.Effects];
    }

    public override IReadOnlyList<object> Recover(Instant now, ControllerSettings settings)
    {
        Stopped = Rows.Count == 0;
        State = Rows.SelectMany(row => codec.Decode(row.Payload)).Aggregate(TActor.Empty, TActor.Evolve);
        return Stopped ? [] : Give(TActor.Recovered, now, settings);
    }
}
