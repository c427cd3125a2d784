using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Sharding.Model;

namespace Controller.Actors.Trunks.Health;

/// <summary>One of a trunk's endpoints, by its URI as <c>TrunkTargets</c> writes it.</summary>
public sealed record EndpointHealth
{
    /// <summary>It has not answered for so long that no call is sent there.</summary>
    public bool IsDown { get; init; }

    /// <summary>When that was last found to have changed; zero: it never has.</summary>
    public Instant Since { get; init; } = Instant.Zero;

    /// <summary>How many probes in a row were not answered, or were. Not stored: a new owner counts anew, from the verdict that it has read.</summary>
    public int Unanswered { get; init; }
    public int Answered { get; init; }

    /// <summary>When the next probe begins.</summary>
    public Instant ProbeAt { get; init; } = Instant.Never;

    /// <summary>Number of the last: from the clock, so that a new owner, who does not know it, repeats none.</summary>
    public uint Probes { get; init; }

    /// <summary>The look-up of its name under way; 0: none.</summary>
    public int Lookup { get; init; }

    /// <summary>The OPTIONS under way; null: none.</summary>
    public Probe? Open { get; init; }

    /// <summary>The name under which the trunk knows what is configured; null where no listener can reach it.</summary>
    public static string? UriOf(ControllerSettings settings, TrunkSettings trunk, TrunkPeerSettings peer) => TrunkTargets.TargetAt(settings, trunk, peer, "")?.Uri;

    public Instant NextDue => Open is { } open ? Instant.Earlier(open.RepeatAt, open.GiveUpAt) : ProbeAt;
}
