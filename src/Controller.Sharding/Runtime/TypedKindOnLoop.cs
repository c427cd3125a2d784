using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Sharding.Runtime;

/// <summary>The typed side of a kind: one decision from input to journal entry and effects.</summary>
internal sealed class TypedKindOnLoop<TActor, TState, TInput, TEvent, TEffect, TSettings>(
    ActorKind kind,
    IEventCodec<TEvent, TEffect> codec,
    IEffectInterpreter<TEffect> interpreter,
    SettingsSource<TSettings> settings,
    PassivationPolicy passivation,
    EngineContext context) : KindOnLoop(kind, passivation)
    where TActor : IActor<TState, TInput, TEvent, TEffect, TSettings>
    where TState : class
    where TInput : class
    where TEvent : class
    where TEffect : class
    where TSettings : class
{
    private TEvent[] _journaled = new TEvent[8];

    public override object Empty { get; } = TActor.Empty;
    public override object TimerDue { get; } = TActor.TimerDue;
    public override object Recovered { get; } = TActor.Recovered;

    public override bool Decide(ActorCell cell, object input, in Moment now, CommitPipeline commits)
    {
        var batch = commits.Building;
        batch.Payloads.Begin();
        try
        {
            if (input is not TInput typed)
            {
                throw new ArgumentException($"an input of type {input.GetType().Name} is not for actors of kind {Kind}", nameof(input));
            }

            // 1. Decide; nothing is changed until everything that may throw is behind us.
            var decision = TActor.Decide((TState)cell.State!, typed, new ActorContext<TSettings>(cell.Id, now.At, settings.Current));
            if (decision.Next is null)
            {
                throw new InvalidOperationException("the decision has no next state");
            }

            var effects = decision.Effects.IsDefault ? [] : decision.Effects;
            var events = Journaled(decision.Events, out var required, out var supersedes);
            if (!events.IsEmpty)
            {
                codec.Encode(events, batch.Payloads);
            }

            var payload = batch.Payloads.Finish();
            var outbox = TakeOutbox(ref effects);

            // 2. One entry for the decision. An actor the journal has never heard of may end without one: there is nothing to forget.
            var entry = !events.IsEmpty ? !(decision.Stop && cell.LastSequence == 0 && outbox is null) : outbox is not null || (decision.Stop && cell.LastSequence > 0);
            required = (required && entry) || outbox is not null;
            if (entry)
            {
                Append(batch, cell, now.At, payload, supersedes, decision.Stop, required, outbox);
            }

            cell.State = decision.Next;
            if (decision.Stop)
            {
                cell.Phase = cell.Pending > 0 || cell.LastSequence > 0 ? CellPhase.Stopping : CellPhase.Gone;
            }

            // 3. Effects wait for their own events, and for whatever waits before them.
            if (effects.Length > 0)
            {
                var array = ImmutableCollectionsMarshal.AsArray(effects)!;
                if (required || commits.Blocks || !context.Trust.Holds)
                {
                    batch.Waiting.Add(new WaitingEffects(cell, array, now.At, now.Ticks, false));
                }
                else
                {
                    Release(cell.Id, array, now.At, withoutSends: false);
                }
            }

            return true;
        }
        catch (Exception e)
        {
            // The one place where an actor's own defect is contained: its state is as before, its neighbours do not notice.
            batch.Payloads.Abandon();
            context.Report(new EngineFault(EngineFaultKind.ActorThrew, $"actor {cell.Id}: {input.GetType().Name}: {e.Message}", cell.Id, Error: e));
            return false;
        }
    }

    public override Instant NextDue(ActorCell cell)
    {
        try
        {
            return TActor.NextDue((TState)cell.State!);
        }
        catch (Exception e)
        {
            context.Report(new EngineFault(EngineFaultKind.ActorThrew, $"actor {cell.Id}: next deadline: {e.Message}", cell.Id, Error: e));
            return Instant.Never;
        }
    }

    public override bool MayWait(ActorCell cell)
    {
        try
        {
            return TActor.MayWait((TState)cell.State!);
        }
        catch (Exception e)
        {
            context.Report(new EngineFault(EngineFaultKind.ActorThrew, $"actor {cell.Id}: whether it may wait: {e.Message}", cell.Id, Error: e));
            return false;
        }
    }

    public override void Release(ActorId actor, object effects, Instant decidedAt, bool withoutSends)
    {
        foreach (var effect in (TEffect[])effects)
        {
            try
            {
                if (!withoutSends || !interpreter.IsSend(effect))
                {
                    interpreter.Release(actor, effect, decidedAt);
                }
            }
            catch (Exception e)
            {
                context.Report(new EngineFault(EngineFaultKind.InterpreterThrew, $"actor {actor}: {effect.GetType().Name}: {e.Message}", actor, Error: e));
            }
        }
    }

    public override object Fold(object state, ReadOnlySpan<byte> payload)
    {
        // A row without events only carried an outbox record.
        if (payload.IsEmpty)
        {
            return state;
        }

        var folded = (TState)state;
        foreach (var happened in codec.Decode(payload))
        {
            folded = TActor.Evolve(folded, happened);
        }

        return folded;
    }

    public override IEnumerable<object> Decode(ReadOnlySpan<byte> payload) => payload.IsEmpty ? [] : codec.Decode(payload);

    /// <summary>The events that are stored: mostly all of them, and then without a copy.</summary>
    private ReadOnlySpan<TEvent> Journaled(ImmutableArray<TEvent> events, out bool required, out bool supersedes)
    {
        (required, supersedes) = (false, false);
        if (events.IsDefaultOrEmpty)
        {
            return [];
        }

        if (_journaled.Length < events.Length)
        {
            _journaled = new TEvent[events.Length * 2];
        }

        var count = 0;
        foreach (var happened in events)
        {
            var durability = TActor.DurabilityOf(happened);
            if (durability == Durability.Volatile)
            {
                continue;
            }

            required |= durability == Durability.Required;
            supersedes |= codec.Supersedes(happened);
            _journaled[count++] = happened;
        }

        return count == events.Length ? events.AsSpan() : _journaled.AsSpan(0, count);
    }

    /// <summary>Moves the effects that are records out of those for the interpreter; null if there are none.</summary>
    private List<ReadOnlyMemory<byte>>? TakeOutbox(ref ImmutableArray<TEffect> effects)
    {
        List<ReadOnlyMemory<byte>>? records = null;
        ImmutableArray<TEffect>.Builder? rest = null;
        for (var i = 0; i < effects.Length; i++)
        {
            var record = codec.OutboxOf(effects[i]);
            if (!record.IsEmpty)
            {
                (records ??= []).Add(record);
                if (rest is null)
                {
                    rest = ImmutableArray.CreateBuilder<TEffect>(effects.Length);
                    rest.AddRange(effects, i);
                }
            }
            else
            {
                rest?.Add(effects[i]);
            }
        }

        effects = rest?.ToImmutable() ?? effects;
        return records;
    }

    /// <summary>An entry holds one outbox record; further records go into entries without events before it.</summary>
    private static void Append(CommitBatch batch, ActorCell cell, Instant at, ReadOnlyMemory<byte> payload, bool supersedes, bool forget, bool required, List<ReadOnlyMemory<byte>>? outbox)
    {
        var fence = cell.Tenure.Fence;
        for (var i = 0; i < (outbox?.Count ?? 0) - 1; i++)
        {
            batch.Add(cell, new JournalEntry(cell.Id, ++cell.LastSequence, fence, at, default, false, false, outbox![i]), required);
            cell.Pending++;
        }

        batch.Add(cell, new JournalEntry(cell.Id, ++cell.LastSequence, fence, at, payload, supersedes, forget, outbox is null ? default : outbox[^1]), required);
        cell.Pending++;
    }
}
