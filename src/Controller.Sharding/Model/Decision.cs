using System.Collections.Immutable;

namespace Controller.Sharding.Model;

/// <summary>
/// What an actor decided. Events are appended first; effects are released, in order, only after the append has committed
/// (and everything decided before it on the same loop).
/// </summary>
/// <param name="Next">The state after all events.</param>
/// <param name="Stop">The actor has ended: its journal rows are removed and it is forgotten, after the effects are out.</param>
public readonly record struct Decision<TState, TEvent, TEffect>(
    TState Next, ImmutableArray<TEvent> Events, ImmutableArray<TEffect> Effects, bool Stop = false);
