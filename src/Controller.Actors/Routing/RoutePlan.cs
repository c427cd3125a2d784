using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Actors.Routing.Quality;
using Controller.Actors.Routing.Tables;
using Controller.Sip.Uris;

namespace Controller.Actors.Routing;

/// <summary>
/// Where a call may go, and why: emergency numbers first, then the first route that matches. The same function answers calls, the fixtures of a
/// configuration and <c>POST /api/v1/routes/simulate</c>.
/// </summary>
/// <param name="Status">0, or the final status to refuse the call with.</param>
/// <param name="Route">Name of the route that matched; empty if none.</param>
/// <param name="AddressOfRecord">The registered user to look up; null if the targets are known.</param>
/// <param name="Targets">In the order to try.</param>
/// <param name="Explanation">One line for people.</param>
public sealed record RoutePlan(int Status, string Route, string? AddressOfRecord, ImmutableArray<Target> Targets, string Explanation)
{
    /// <summary>What stands for a route's name where an emergency number was called.</summary>
    public const string Emergency = "emergency";

    /// <summary>How many of a table's candidates are tried where the route does not say.</summary>
    private const int MostOfTable = 20;

    /// <summary>An emergency number was called: no limit applies.</summary>
    public bool IsEmergency { get; init; }

    /// <summary>Final responses after which the next target is tried; empty: those of the trunk that refused.</summary>
    public ImmutableArray<int> RetryOn { get; init; } = [];

    /// <summary>How long after the INVITE came a target has to ring; null: no such limit.</summary>
    public TimeSpan? Budget { get; init; }

    /// <param name="trace">Gets a reason for every route and candidate that is looked at; null for a call, which needs none.</param>
    public static RoutePlan For(ControllerSettings settings, RouteRequest request, RouteTrace? trace = null)
    {
        if (!SipUri.TryParse(request.Uri.Span, out SipUri uri))
        {
            return Refused(404, "", "the Request-URI cannot be read");
        }

        var facts = RouteFacts.Of(settings, request, uri);
        if (IsEmergencyNumber(settings.Emergency, facts.User))
        {
            trace?.Add(Emergency, true, $"{facts.User} is an emergency number");
            return ToEmergency(settings, request, facts.User, trace);
        }

        foreach (RouteSettings route in settings.Routes)
        {
            RouteCondition missing = RouteMatch.Missing(route, facts);
            trace?.Add(route.Name, missing == RouteCondition.None, RouteMatch.Explain(route, facts, missing));
            if (missing == RouteCondition.None)
            {
                return route.ToRegistered ? ToRegistered(settings, route, uri, facts.Exists) : ToTrunks(settings, route, facts, trace);
            }
        }

        // 21.4.18: a user of ours who "is currently unavailable (for example, is not logged in"; 21.4.5: one who does not exist.
        return facts.Exists ? Refused(480, "", "not registered, and no other route matches") : Refused(404, "", "no route matches");
    }

    /// <summary>The phones of a registered user, the preferred ones first.</summary>
    public static ImmutableArray<Target> TargetsOf(string addressOfRecord, ImmutableArray<Binding> bindings) => [.. bindings.OrderByDescending(binding => binding.Q)
        .Select(binding => new Target(binding.Contact, $"<sip:{addressOfRecord}>", binding.Flow, "", 0, binding.Flow.Transport, binding.Flow.Listener, ""))];

    private static RoutePlan Refused(int status, string route, string why) => new(status, route, null, [], why);

    /// <summary>A context or another parameter that stands in the user part (<c>112;phone-context=+49</c>) does not hide it.</summary>
    private static bool IsEmergencyNumber(EmergencySettings emergency, string user)
    {
        int end = user.IndexOf(';', StringComparison.Ordinal);
        return emergency.Numbers.Contains(end < 0 ? user : user[..end]);
    }

    private static RoutePlan ToEmergency(ControllerSettings settings, RouteRequest request, string user, RouteTrace? trace) => Found(
        new RouteSettings { Name = Emergency },
        TrunkTargets.Of(settings, settings.Emergency.Trunks.Select(trunk => (trunk, "emergency, in the order given")), user, request.Lot, int.MaxValue, trace)) with
    {
        IsEmergency = true,
        RetryOn = settings.Emergency.RetryOn,
    };

    private static RoutePlan ToRegistered(ControllerSettings settings, RouteSettings route, in SipUri uri, bool exists) => exists
        ? new RoutePlan(0, route.Name, settings.RegistrarAddress(uri), [], "to the bindings of the user")
        : Refused(404, route.Name, "no such user");

    private static RoutePlan ToTrunks(ControllerSettings settings, RouteSettings route, RouteFacts facts, RouteTrace? trace)
    {
        if (Rewritten(route, facts.User) is not { } number)
        {
            return Refused(500, route.Name, $"{route.User} takes too long to rewrite {facts.User}");
        }

        UInt128 lot = facts.Request.Lot;
        if (route.Table is null)
        {
            QualitySnapshot? quality = route.Order == RateOrder.Quality ? settings.Quality : null;
            List<(RouteTarget Target, bool IsDrawn)> ordered = TargetOrder.Of(route.Trunks, quality, lot);
            var trunks = new (string Trunk, string Reason)[ordered.Count];
            for (int i = 0; i < trunks.Length; i++)
            {
                trunks[i] = (ordered[i].Target.Trunk, trace is null ? "" : TargetOrder.Explain(ordered[i].Target, quality, ordered[i].IsDrawn));
            }

            return Found(route, TrunkTargets.Of(settings, trunks, number, lot, route.MaxAttempts ?? int.MaxValue, trace));
        }

        if (!settings.Tables.TryGetValue(route.Table, out RateTable? table))
        {
            return Refused(503, route.Name, $"there is no table {route.Table}");
        }

        ImmutableArray<Target> targets = TrunkTargets.Of(
            settings, TableTargets.Of(route, table, number, facts.Request, settings.Quality, trace), number, lot, route.MaxAttempts ?? MostOfTable, trace);

        // 21.4.5: "definitive information that the user does not exist"; a number that no carrier has is no fault of ours.
        return targets.IsEmpty ? Refused(404, route.Name, $"table {route.Table} has nobody for {number} who can be used") : Found(route, targets);
    }

    /// <returns>Null if the expression takes too long: it has matched, but to replace it searches on.</returns>
    private static string? Rewritten(RouteSettings route, string user)
    {
        try
        {
            return route.User is not null && route.RewriteUser is not null ? route.User.Replace(user, route.RewriteUser) : user;
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }

    private static RoutePlan Found(RouteSettings route, ImmutableArray<Target> targets) => targets.IsEmpty
        ? Refused(503, route.Name, "no endpoint of the route's trunks can be used")
        : new RoutePlan(0, route.Name, null, targets, "to trunks") { RetryOn = route.RetryOn, Budget = route.Budget };
}
