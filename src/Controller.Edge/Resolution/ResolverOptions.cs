using System.Collections.Immutable;
using System.Net;

namespace Controller.Edge.Resolution;

/// <summary>How names are looked up. Fixed for the life of the process.</summary>
public sealed record ResolverOptions
{
    /// <summary>Name servers, asked in this order; empty: those of <see cref="ServersFile"/>.</summary>
    public ImmutableArray<IPEndPoint> Servers { get; init; } = [];

    /// <summary>How long one try waits for its answer.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Tries for one question, over all servers.</summary>
    public int Tries { get; init; } = 3;

    /// <summary>Answers kept at a time.</summary>
    public int CacheMax { get; init; } = 10_000;

    /// <summary>No answer is kept shorter, not even that there was none; zero: as short as the records say.</summary>
    public TimeSpan MinTimeToLive { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan MaxTimeToLive { get; init; } = TimeSpan.FromHours(1);

    /// <summary>The longest that "there is no such record" is believed.</summary>
    public TimeSpan NegativeTimeToLive { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long a target that could not be reached is passed over.</summary>
    public TimeSpan BlacklistUnreachable { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The longest that a target is passed over, whatever its Retry-After says.</summary>
    public TimeSpan BlacklistMax { get; init; } = TimeSpan.FromMinutes(5);

    public string ServersFile { get; init; } = "/etc/resolv.conf";

    public string HostsFile { get; init; } = "/etc/hosts";

    /// <summary>What one next hop may take altogether, however many questions it needs.</summary>
    public TimeSpan Total => Timeout * Tries;
}
