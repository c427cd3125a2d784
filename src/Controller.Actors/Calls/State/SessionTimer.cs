using Controller.Sharding.Model;

namespace Controller.Actors.Calls.State;

/// <summary>The session timer of one leg, RFC 4028: between us and that peer only, whatever the other leg has agreed on.</summary>
public sealed record SessionTimer
{
    /// <summary>RFC 4028 section 5: "the absolute minimum for the session interval", in seconds.</summary>
    public const int Floor = 90;

    /// <summary>The session interval, in seconds.</summary>
    public required int Interval { get; init; }

    /// <summary>We send the refreshes; otherwise the peer does.</summary>
    public required bool WeRefresh { get; init; }

    /// <summary>The peer takes part. Otherwise the timer is "purely for its [our] benefit alone" (section 7.2): any answer to a refresh is a sign of life.</summary>
    public required bool IsMutual { get; init; }

    /// <summary>The largest Min-SE that the peer has named, in seconds.</summary>
    public int MinSe { get; init; } = Floor;

    /// <summary>The peer has refused an UPDATE: refreshes are re-INVITEs.</summary>
    public bool NoUpdate { get; init; }

    /// <summary>When the next refresh of ours goes out; never while one is under way, or if the peer refreshes.</summary>
    public required Instant RefreshAt { get; init; }

    /// <summary>When both legs are hung up, unless there is a refresh before.</summary>
    public required Instant ExpiresAt { get; init; }

    /// <summary>The interval begins (again): a session refresh request was accepted.</summary>
    public static SessionTimer Started(int interval, bool weRefresh, bool isMutual, int minSe, bool noUpdate, Instant at)
    {
        var whole = TimeSpan.FromSeconds(interval);

        // Section 10: "It is RECOMMENDED that this refresh be sent once half the session interval has elapsed."; "the UA SHOULD send a BYE request …
        // slightly before the session expires. The minimum of 32 seconds and one third of the session interval is RECOMMENDED."
        TimeSpan early = whole / 3 < TimeSpan.FromSeconds(32) ? whole / 3 : TimeSpan.FromSeconds(32);
        return new SessionTimer
        {
            Interval = interval,
            WeRefresh = weRefresh,
            IsMutual = isMutual,
            MinSe = minSe,
            NoUpdate = noUpdate,
            RefreshAt = weRefresh ? at.After(whole / 2) : Instant.Never,
            ExpiresAt = at.After(whole - early),
        };
    }

    public Instant NextDue => Instant.Earlier(RefreshAt, ExpiresAt);
}
