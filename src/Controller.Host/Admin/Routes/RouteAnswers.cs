using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Host.Rehearsal;

namespace Controller.Host.Admin.Routes;

/// <summary>Asks the function that routes calls, and writes down why.</summary>
public static class RouteAnswers
{
    public static RouteAnswer Of(ControllerSettings settings, RouteRequest request)
    {
        var trace = new RouteTrace();
        var outcome = new RouteOutcome(RoutePlan.For(settings, request, trace));
        RoutePlan plan = outcome.Plan;
        RouteTargetView[] targets = plan.AddressOfRecord is { } user
            ? [new RouteTargetView(null, "sip:" + user)]
            : [.. plan.Targets.Select(target => new RouteTargetView(target.Trunk.Length > 0 ? target.Trunk : null, target.Uri))];
        return new RouteAnswer(
            outcome.Decision,
            plan.Route.Length > 0 ? plan.Route : null,
            plan.Status != 0 ? plan.Status : null,
            plan.IsEmergency,
            targets,
            [.. trace.Routes.Select(route => new RouteView(route.Route, route.Matches, route.Reason))],
            [.. trace.Candidates.Select(candidate => new RouteCandidateView(candidate.Trunk, candidate.Uri, candidate.IsTaken, candidate.Reason))],
            [
                .. trace.Routes.Select(route => $"{route.Route}: {route.Reason}"),
                .. trace.Candidates.Select(candidate => $"{candidate.Trunk}{(candidate.Uri is null ? "" : " " + candidate.Uri)}: {(candidate.IsTaken ? "taken" : "dropped")}: {candidate.Reason}"),
                plan.Explanation,
            ]);
    }
}
