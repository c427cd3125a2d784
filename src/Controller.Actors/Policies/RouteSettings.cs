using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Controller.Actors.Routing.Tables;

namespace Controller.Actors.Policies;

public sealed record RouteSettings
{
    public required string Name { get; init; }
    public string? FromRealm { get; init; }

    /// <summary>The trunk whose endpoint the request comes from.</summary>
    public string? FromTrunk { get; init; }
    public string? Domain { get; init; }

    /// <summary>Matched against the Request-URI's user part.</summary>
    public Regex? User { get; init; }

    /// <summary>The Request-URI's user part begins with one of them; empty: any.</summary>
    public ImmutableArray<string> Prefixes { get; init; } = [];

    /// <summary>As on the wire; empty: any.</summary>
    public ImmutableArray<string> Methods { get; init; } = [];
    public ImmutableArray<HeaderCondition> Headers { get; init; } = [];
    public RouteHours? Hours { get; init; }

    /// <summary>True: only if the Request-URI's address-of-record is in one of our domains (it is looked up; no binding answers 480, an unknown user 404).</summary>
    public bool? Registered { get; init; }

    /// <summary>Replacement for the user part, with the groups of <see cref="User"/>; null leaves it.</summary>
    public string? RewriteUser { get; init; }

    /// <summary>True: to the registered bindings of the Request-URI.</summary>
    public bool ToRegistered { get; init; }
    public ImmutableArray<RouteTarget> Trunks { get; init; } = [];

    /// <summary>Name of one of <see cref="ControllerSettings.Tables"/> that names the trunks; null: <see cref="Trunks"/> does.</summary>
    public string? Table { get; init; }

    /// <summary>Of a list of trunks anything but <see cref="RateOrder.Quality"/> means by shares.</summary>
    public RateOrder Order { get; init; }

    /// <summary>Final responses after which the next target is tried; empty: those of the trunk that refused.</summary>
    public ImmutableArray<int> RetryOn { get; init; } = [];

    /// <summary>A target has to ring this long after the INVITE came; null: as long as the call may wait.</summary>
    public TimeSpan? Budget { get; init; }

    /// <summary>How many targets are tried at most; null: all.</summary>
    public int? MaxAttempts { get; init; }
}

/// <param name="Weight">Share of the calls among those of one priority that have no quota.</param>
/// <param name="Priority">Lowest first.</param>
/// <param name="Quota">Per cent of the calls that go there first, among those of one priority; null: a share by weight of what the quotas leave.</param>
public sealed record RouteTarget(string Trunk, int Weight = 1, int Priority = 1, double? Quota = null);

/// <summary>Numbers that go before all routes, and are never subject to limits: no budget, no greatest number of attempts.</summary>
public sealed record EmergencySettings
{
    public ImmutableHashSet<string> Numbers { get; init; } = [];

    /// <summary>In the order to try.</summary>
    public ImmutableArray<string> Trunks { get; init; } = [];

    /// <summary>Final responses after which the next is tried.</summary>
    public ImmutableArray<int> RetryOn { get; init; } = [];
}
