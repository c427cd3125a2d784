using System.Buffers;
using System.Collections.Immutable;
using Controller.Actors.Calls;
using Controller.Sharding.Model;

namespace Controller.Actors.Exchanges;

/// <summary>An exchange has no stored form.</summary>
public sealed class ExchangeEventCodec : IEventCodec<ExchangeEvent, CallEffect>
{
    public void Encode(ReadOnlySpan<ExchangeEvent> events, IBufferWriter<byte> into) => throw new ArgumentException("an exchange stores nothing", nameof(events));

    public ImmutableArray<ExchangeEvent> Decode(ReadOnlySpan<byte> payload) => throw new FormatException("events of an exchange, of which none are stored");

    public bool Supersedes(ExchangeEvent happened) => false;

    public ReadOnlyMemory<byte> OutboxOf(CallEffect effect) => default;
}
