using System.Collections.Immutable;

namespace Controller.Actors.Routing;

/// <summary>What a decision looked at, for people: filled while the same code decides that decides for calls.</summary>
public sealed class RouteTrace
{
    private readonly List<RouteVerdict> _routes = [];
    private readonly List<CandidateVerdict> _candidates = [];

    /// <summary>Every route that was asked, in order, up to the one that matched.</summary>
    public ImmutableArray<RouteVerdict> Routes => [.. _routes];

    /// <summary>Every candidate of that route, in the order in which it was looked at.</summary>
    public ImmutableArray<CandidateVerdict> Candidates => [.. _candidates];

    internal void Add(string route, bool matches, string reason) => _routes.Add(new RouteVerdict(route, matches, reason));

    internal void Take(string trunk, string uri, string reason) => _candidates.Add(new CandidateVerdict(trunk, uri, true, reason));

    internal void Drop(string trunk, string? uri, string reason) => _candidates.Add(new CandidateVerdict(trunk, uri, false, reason));
}

/// <param name="Reason">The first condition that does not hold, or that it matches.</param>
public sealed record RouteVerdict(string Route, bool Matches, string Reason);

/// <param name="Uri">The Request-URI it would be tried with; null if it did not come to that.</param>
/// <param name="IsTaken">It is among the targets.</param>
public sealed record CandidateVerdict(string Trunk, string? Uri, bool IsTaken, string Reason);
