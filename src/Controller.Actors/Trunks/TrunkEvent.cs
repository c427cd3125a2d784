using System.Collections.Immutable;
using Controller.Sharding.Model;

namespace Controller.Actors.Trunks;

public abstract record TrunkEvent
{
    private TrunkEvent() { }

    /// <summary>Somebody has asked for this trunk for the first time: from now on it knows its name.</summary>
    public sealed record Opened(string Name) : TrunkEvent;

    /// <summary>A leg may use the trunk. Committed before the call is told: whoever takes the trunk over counts it.</summary>
    /// <param name="PacedUntil">The pace after it, in microseconds since 1970: <see cref="Pace"/>.</param>
    /// <param name="Holds">Whether it takes a slot; false where there is no limit of concurrent calls.</param>
    public sealed record Granted(Slot Slot, Instant At, long PacedUntil, bool Holds) : TrunkEvent;

    /// <summary>A leg uses the trunk no more.</summary>
    public sealed record Freed(Slot Slot) : TrunkEvent;

    /// <summary>All there is to know: earlier rows are superfluous.</summary>
    /// <param name="Down">The endpoints that are down, and since when.</param>
    public sealed record Counted(string Name, ImmutableSortedDictionary<Slot, Instant> Slots, long PacedUntil, ImmutableSortedDictionary<string, Instant> Down) : TrunkEvent;

    /// <summary>An endpoint is left out from now on, or it is back. Stored, so that a takeover sends no calls to what is known to be away.</summary>
    public sealed record EndpointJudged(string Uri, bool IsDown, Instant At) : TrunkEvent;

    /// <summary>An endpoint is not the trunk's any more, or not probed.</summary>
    public sealed record EndpointGone(string Uri) : TrunkEvent;

    /// <summary>Volatile: a probe has begun, is repeated, or has been answered or not.</summary>
    public sealed record EndpointProbed(string Uri, Health.EndpointHealth Endpoint) : TrunkEvent;

    /// <summary>Volatile: calls that hold slots have been asked whether they still do.</summary>
    public sealed record Checked(Instant Next, int Round) : TrunkEvent;
}
