using System.Collections.Immutable;

namespace Controller.Actors.Exchanges;

/// <summary>The requests of one Call-ID and From tag that are on their way.</summary>
public sealed record ExchangeState
{
    public static readonly ExchangeState Empty = new();

    public ImmutableArray<ResponseContext> Contexts { get; init; } = [];

    /// <summary>A number for each look-up asked for, so that a late answer is not taken for another.</summary>
    public int Lookups { get; init; }
}
