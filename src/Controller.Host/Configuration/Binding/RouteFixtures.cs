using System.Globalization;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Host.Rehearsal;

namespace Controller.Host.Configuration.Binding;

/// <summary>
/// Third pass, over a configuration that is right in itself: the fixtures of the routes, each a request and what has to become of it, run by the code that
/// routes calls. One that fails is a problem like any other, so that neither a check nor a reload lets it pass.
/// </summary>
internal static class RouteFixtures
{
    private static readonly string[] Expectations = ["route", "trunk", "uri", "status", "registered"];

    public static void Run(KnownValues known, ControllerSettings settings)
    {
        for (int route = 0; route < known.Count("routes"); route++)
        {
            for (int test = 0; test < known.Count($"routes[{route}].tests"); test++)
            {
                Run(known, settings, $"routes[{route}].tests[{test}]");
            }
        }
    }

    private static void Run(KnownValues known, ControllerSettings settings, string path)
    {
        if (known.Find<string>(path + ".given.uri") is not { } uri)
        {
            known.Report(path + ".given.uri", "is missing; expected a Request-URI, such as \"sip:+4930123@example.test\"");
            return;
        }

        if (!Expectations.Any(what => known.Has($"{path}.expect.{what}")))
        {
            known.Report(path + ".expect", "expects nothing; expected route, trunk, uri, status or registered");
            return;
        }

        var trace = new RouteTrace();
        RouteOutcome outcome;
        try
        {
            outcome = new RouteOutcome(RoutePlan.For(settings, Request(known, path + ".given", uri).Build(settings), trace));
        }
        catch (FormatException bad)
        {
            known.Report(path + ".given", bad.Message);
            return;
        }

        RoutePlan plan = outcome.Plan;
        Compare(known, path + ".expect.route", known.Find<string>(path + ".expect.route"), plan.Route, outcome, trace);
        Compare(known, path + ".expect.trunk", known.Find<string>(path + ".expect.trunk"), plan.Targets.IsEmpty ? "" : plan.Targets[0].Trunk, outcome, trace);
        Compare(known, path + ".expect.uri", known.Find<string>(path + ".expect.uri"), plan.Targets.IsEmpty ? "" : plan.Targets[0].Uri, outcome, trace);
        Compare(known, path + ".expect.status", known.FindValue<int>(path + ".expect.status")?.ToString(CultureInfo.InvariantCulture), plan.Status.ToString(CultureInfo.InvariantCulture), outcome, trace);
        Compare(known, path + ".expect.registered", known.FindValue<bool>(path + ".expect.registered") is { } wanted ? (wanted ? "true" : "false") : null,
            plan.AddressOfRecord is null ? "false" : "true", outcome, trace);
    }

    private static RehearsedRequest Request(KnownValues known, string path, string uri) => new(uri)
    {
        Realm = known.Find<string>(path + ".realm"),
        Source = known.Find<System.Net.IPEndPoint>(path + ".source")?.ToString(),
        User = known.Find<string>(path + ".user"),
        Method = known.Get(path + ".method", "INVITE"),
        Headers = [.. known.Get<object[]>(path + ".headers", []).Cast<string>()],
        At = known.Find<string>(path + ".at"),
        IsRegistered = known.Get(path + ".registered", true),
    };

    private static void Compare(KnownValues known, string path, string? expected, string actual, RouteOutcome outcome, RouteTrace trace)
    {
        if (expected is not null && expected != actual)
        {
            string last = trace.Routes.IsEmpty ? "" : $" ({trace.Routes[^1].Route}: {trace.Routes[^1].Reason})";
            known.Report(path, $"expected {expected}, got {(actual is "" or "0" ? "none" : actual)}: {outcome}{last}");
        }
    }
}
