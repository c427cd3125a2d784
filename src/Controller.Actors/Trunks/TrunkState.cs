using System.Collections.Immutable;
using Controller.Actors.Trunks.Health;
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

    /// <summary>Its endpoints, by URI, where they are probed.</summary>
    public ImmutableSortedDictionary<string, EndpointHealth> Endpoints { get; init; } = ImmutableSortedDictionary.Create<string, EndpointHealth>(StringComparer.Ordinal);

    /// <summary>A number for each look-up asked for. Not stored.</summary>
    public int Lookups { get; init; }

    /// <summary>How far calls per second have been used up, in microseconds since 1970: see <see cref="Pace"/>.</summary>
    public long PacedUntil { get; init; }

    /// <summary>How many events are stored since the last that tells all.</summary>
    public int Rows { get; init; }

    /// <summary>When calls that hold slots are asked again whether they still do. Not stored.</summary>
    public Instant CheckAt { get; init; } = Instant.Never;

    /// <summary>Which part of them is asked then: <see cref="Verification"/>. Not stored.</summary>
    public int Round { get; init; }

    /// <summary>The endpoints that are down, and since when.</summary>
    public ImmutableSortedDictionary<string, Instant> Down => Endpoints.Where(each => each.Value.IsDown)
        .ToImmutableSortedDictionary(each => each.Key, each => each.Value.Since, StringComparer.Ordinal);

    public EndpointHealth EndpointAt(string uri) => Endpoints.TryGetValue(uri, out EndpointHealth? known) ? known : new EndpointHealth();

    public TrunkState With(string uri, EndpointHealth endpoint) => this with { Endpoints = Endpoints.SetItem(uri, endpoint) };

    /// <summary>The endpoints with these of them down.</summary>
    public ImmutableSortedDictionary<string, EndpointHealth> With(ImmutableSortedDictionary<string, Instant> down)
    {
        ImmutableSortedDictionary<string, EndpointHealth> all = Endpoints;
        foreach ((string uri, Instant since) in down)
        {
            all = all.SetItem(uri, EndpointAt(uri) with { IsDown = true, Since = since });
        }

        return all;
    }
}
