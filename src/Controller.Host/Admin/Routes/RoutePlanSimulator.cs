using System.Text;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Sharding.Runtime;
using Controller.Sip.Uris;

namespace Controller.Host.Admin.Routes;

/// <summary>Asks the function that routes calls, with the settings that run now.</summary>
public sealed class RoutePlanSimulator(SettingsSource<ControllerSettings> settings) : IRouteSimulator
{
    public RouteAnswer Simulate(RouteQuestion question)
    {
        ControllerSettings now = settings.Current;
        string realm = question.Realm ?? now.Listeners[0].Realm;
        if (!now.Listeners.Any(l => l.Realm == realm))
        {
            throw new FormatException($"realm: '{realm}' has no listener; known: {string.Join(", ", now.Listeners.Select(l => l.Realm).Distinct())}");
        }

        byte[] uri = Encoding.UTF8.GetBytes(question.Uri ?? "");
        if (!SipUri.TryParse(uri, out SipUri parsed) || parsed.Scheme == UriScheme.Other)
        {
            throw new FormatException($"uri: '{question.Uri}' is not a sip, sips or tel URI, such as \"sip:bob@example.test\"");
        }

        RoutePlan plan = RoutePlan.For(now, realm, uri, UInt128.Zero);
        string decision = plan.Status != 0 ? "rejected" : plan.AddressOfRecord is not null ? "registered" : "trunk";
        RouteTargetView[] targets = plan.AddressOfRecord is { } aor
            ? [new RouteTargetView(null, "sip:" + aor)]
            : [.. plan.Targets.Select(t => new RouteTargetView(t.Trunk.Length > 0 ? t.Trunk : null, t.Uri))];
        return new RouteAnswer(
            decision, plan.Route.Length > 0 ? plan.Route : null, plan.Status != 0 ? plan.Status : null, targets, [.. plan.Trace, plan.Explanation]);
    }
}
