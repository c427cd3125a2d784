using System.Collections.Immutable;
using Controller.Sharding.Model;

namespace Controller.Actors.Trunks;

/// <summary>What the cluster knows of one trunk: an immutable value, the fold of its events.</summary>
public sealed record TrunkState
{
    public static readonly TrunkState Empty = new();

    /// <summary>As configured; empty until somebody asks.</summary>
    public string Name { get; init; } = "";

    /// <summary>The legs that use the trunk, and since when.</summary>
    public ImmutableSortedDictionary<Slot, Instant> Slots { get; init; } = ImmutableSortedDictionary<Slot, Instant>.Empty;

    /// <summary>How far calls per second have been used up, in microseconds since 1970: see <see cref="Pace"/>.</summary>
    public long PacedUntil { get; init; }

    /// <summary>How many events are stored since the last that tells all.</summary>
    public int Rows { get; init; }

    /// <summary>When calls that hold slots are asked again whether they still do. Not stored.</summary>
    public Instant CheckAt { get; init; } = Instant.Never;

    /// <summary>Which part of them is asked then: <see cref="Verification"/>. Not stored.</summary>
    public int Round { get; init; }
}
