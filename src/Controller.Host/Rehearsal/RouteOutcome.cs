using System.Globalization;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Routing;

namespace Controller.Host.Rehearsal;

/// <summary>What routing decided, as far as two decisions can be compared.</summary>
public sealed record RouteOutcome(RoutePlan Plan)
{
    /// <summary>registered, trunk or rejected.</summary>
    public string Decision => Plan.Status != 0 ? "rejected" : Plan.AddressOfRecord is not null ? "registered" : "trunk";

    public static RouteOutcome Of(ControllerSettings settings, RouteRequest request) => new(RoutePlan.For(settings, request));

    /// <summary>Everybody who would be tried, in order.</summary>
    public bool IsSame(RouteOutcome other) => Plan.Status == other.Plan.Status && Plan.AddressOfRecord == other.Plan.AddressOfRecord
        && Plan.Targets.Select(Place).SequenceEqual(other.Plan.Targets.Select(Place));

    /// <summary>One line for people: where it goes first.</summary>
    public override string ToString()
    {
        string route = Plan.Route.Length > 0 ? $" by route {Plan.Route}" : "";
        return Plan.Status != 0 ? string.Create(CultureInfo.InvariantCulture, $"rejected with {Plan.Status}{route}")
            : Plan.AddressOfRecord is { } user ? $"registered {user}{route}"
            : $"trunk {Plan.Targets[0].Trunk} {Plan.Targets[0].Uri}{(Plan.Targets.Length > 1 ? $" and {Plan.Targets.Length - 1} more" : "")}{route}";
    }

    private static (string, string) Place(Target target) => (target.Trunk, target.Uri);
}
