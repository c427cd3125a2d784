using System.Buffers;
using System.Collections.Immutable;

namespace Controller.Sharding.Model;

/// <summary>How a kind of actor writes its events. One payload holds all journaled events of one decision. Numbers are append-only.</summary>
public interface IEventCodec<TEvent, TEffect>
    where TEvent : class
    where TEffect : class
{
    /// <summary>Writes the journaled (not volatile) events of one decision.</summary>
    void Encode(ReadOnlySpan<TEvent> events, IBufferWriter<byte> into);

    /// <exception cref="FormatException">The payload is not one this version can read.</exception>
    ImmutableArray<TEvent> Decode(ReadOnlySpan<byte> payload);

    /// <summary>True if the event makes all earlier rows of its actor superfluous (it carries the whole state).</summary>
    bool Supersedes(TEvent happened);

    /// <summary>An effect that must happen exactly once (a charging record) is stored in the same commit as the events; empty otherwise.</summary>
    ReadOnlyMemory<byte> OutboxOf(TEffect effect);
}

/// <summary>
/// Performs an effect. Called on the journal's or the loop's thread, never concurrently for one actor, in the order decided,
/// and only after the commit. Must not block and must not throw.
/// </summary>
public interface IEffectInterpreter<in TEffect>
{
    /// <param name="decidedAt">For the guard against sending what was decided too long ago (a paused process).</param>
    void Release(ActorId actor, TEffect effect, Instant decidedAt);

    /// <summary>
    /// True if the effect becomes visible to another party (a SIP message). Such an effect is not made when its commit took too long;
    /// the actor gets its Recovered input instead. What stays inside (a tell, a look-up) is performed however late.
    /// </summary>
    bool IsSend(TEffect effect) => true;
}
