namespace Controller.Host.Admin.Routes;

/// <param name="Decision">registered, trunk or rejected.</param>
/// <param name="Route">Name of the route that matched; null if none did.</param>
/// <param name="Trace">One line for every step taken, in order.</param>
/// <param name="Routes">Every route that was asked.</param>
/// <param name="Candidates">Every trunk and endpoint of the route that matched.</param>
public sealed record RouteAnswer(
    string Decision, string? Route, int? Status, bool Emergency, IReadOnlyList<RouteTargetView> Targets, IReadOnlyList<RouteView> Routes,
    IReadOnlyList<RouteCandidateView> Candidates, IReadOnlyList<string> Trace);

/// <param name="Trunk">Null: registered bindings of the address-of-record.</param>
public sealed record RouteTargetView(string? Trunk, string Uri);

public sealed record RouteView(string Name, bool Matches, string Reason);

/// <param name="Uri">Null if it did not come to that.</param>
public sealed record RouteCandidateView(string Trunk, string? Uri, bool Taken, string Reason);

/// <summary>The answer of the running configuration with, of a candidate, its answer and what would change.</summary>
/// <param name="Running">Null if no request was asked for.</param>
/// <param name="Differs">The candidate would send the request elsewhere.</param>
public sealed record RouteComparison(RouteAnswer? Running, RouteAnswer? Candidate, bool Differs, RecentCalls Recent);

/// <param name="Examined">How many calls were put to both.</param>
/// <param name="Changed">How many would go elsewhere; the first of them in <paramref name="Items"/>.</param>
public sealed record RecentCalls(int Examined, int Changed, IReadOnlyList<ChangedCall> Items);

/// <param name="Id">Of the call, as in /api/v1/calls.</param>
public sealed record ChangedCall(string Id, string From, string To, string Running, string Candidate);
