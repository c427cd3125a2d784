using System.Collections.Immutable;
using System.Net;
using System.Text;
using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Sip.Transport;
using Controller.Sip.Uris;

namespace Controller.Actors.Routing;

/// <summary>
/// Where a call may go, and why: the first route that matches decides. The same function answers calls and
/// <c>POST /api/v1/routes/simulate</c>.
/// </summary>
/// <param name="Status">0, or the final status to refuse the call with.</param>
/// <param name="Route">Name of the route that matched; empty if none.</param>
/// <param name="AddressOfRecord">The registered user to look up; null if the targets are known.</param>
/// <param name="Targets">In the order to try.</param>
/// <param name="Explanation">One line for people.</param>
public sealed record RoutePlan(int Status, string Route, string? AddressOfRecord, ImmutableArray<Target> Targets, string Explanation)
{
    /// <summary>What each route said, in order: for the decision trace.</summary>
    public ImmutableArray<string> Trace { get; init; } = [];

    /// <param name="requestUri">Of the INVITE; schemes other than sip, sips and tel have been refused before (416).</param>
    /// <param name="unregistered">The user was looked up and has no binding: routes for registered users do not match.</param>
    /// <param name="lot">What stands for chance in a weighted choice: the call's key.</param>
    public static RoutePlan For(ControllerSettings settings, string realm, ReadOnlySpan<byte> requestUri, UInt128 lot, bool unregistered = false)
    {
        if (!SipUri.TryParse(requestUri, out SipUri uri))
        {
            return Refused(404, "", "the Request-URI cannot be read");
        }

        string user = Uri.UnescapeDataString(Latin1.Text(uri.User));
        string domain = Latin1.Text(uri.Host).ToLowerInvariant();
        bool ours = settings.IsOwnDomain(domain);
        bool exists = ours && user.Length > 0 && settings.IsUser(user);
        var trace = ImmutableArray.CreateBuilder<string>();
        foreach (RouteSettings route in settings.Routes)
        {
            string? why = RouteMatch.WhyNot(route, realm, user, domain, ours, exists && !unregistered);
            trace.Add($"{route.Name}: {why ?? "matches"}");
            if (why is null)
            {
                return (route.ToRegistered ? ToRegistered(settings, route, uri, exists) : ToTrunks(settings, route, user, lot)) with { Trace = trace.ToImmutable() };
            }
        }

        // 21.4.18: a user of ours who "is currently unavailable (for example, is not logged in"; 21.4.5: one who does not exist.
        return (exists ? Refused(480, "", "not registered, and no other route matches") : Refused(404, "", "no route matches")) with { Trace = trace.ToImmutable() };
    }

    /// <summary>The phones of a registered user, the preferred ones first.</summary>
    public static ImmutableArray<Target> TargetsOf(string addressOfRecord, ImmutableArray<Binding> bindings) => [.. bindings.OrderByDescending(binding => binding.Q)
        .Select(binding => new Target(binding.Contact, $"<sip:{addressOfRecord}>", binding.Flow, "", 0, binding.Flow.Transport, binding.Flow.Listener, ""))];

    private static RoutePlan Refused(int status, string route, string why) => new(status, route, null, [], why);

    private static RoutePlan ToRegistered(ControllerSettings settings, RouteSettings route, in SipUri uri, bool exists) => exists
        ? new RoutePlan(0, route.Name, settings.RegistrarAddress(uri), [], "to the bindings of the user")
        : Refused(404, route.Name, "no such user");

    private static RoutePlan ToTrunks(ControllerSettings settings, RouteSettings route, string user, UInt128 lot)
    {
        string number = route.User is not null && route.RewriteUser is not null ? route.User.Replace(user, route.RewriteUser) : user;
        var targets = ImmutableArray.CreateBuilder<Target>();
        foreach (RouteTarget choice in WeightedOrder.Of(route.Trunks, candidate => candidate.Weight, lot))
        {
            if (!settings.Trunks.TryGetValue(choice.Trunk, out TrunkSettings? trunk))
            {
                continue;
            }

            foreach (IGrouping<int, TrunkPeerSettings> same in trunk.Endpoints.GroupBy(peer => peer.Priority).OrderBy(group => group.Key))
            {
                foreach (TrunkPeerSettings peer in WeightedOrder.Of([.. same], candidate => candidate.Weight, lot))
                {
                    if (TargetAt(settings, trunk, peer, number) is { } target)
                    {
                        targets.Add(target);
                    }
                }
            }
        }

        return targets.Count == 0
            ? Refused(503, route.Name, "no endpoint of the route's trunks can be used")
            : new RoutePlan(0, route.Name, null, targets.ToImmutable(), "to trunks");
    }

    private static Target? TargetAt(ControllerSettings settings, TrunkSettings trunk, TrunkPeerSettings peer, string number)
    {
        byte[] text = Encoding.ASCII.GetBytes(peer.Uri);
        if (!SipUri.TryParse(text, out SipUri uri))
        {
            return null;
        }

        SipTransport transport = uri.Transport ?? (uri.Scheme == UriScheme.Sips ? SipTransport.Tls : SipTransport.Udp);
        if (settings.ListenerFor(trunk.Realm, transport) is not { } listener)
        {
            return null;
        }

        string host = Latin1.Text(uri.Host);
        string written = host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
        string at = uri.Port == 0 ? written : $"{written}:{uri.Port}";
        string user = number.Length == 0 ? "" : Uri.EscapeDataString(number).Replace("%2B", "+", StringComparison.Ordinal) + "@";
        string requestUri = $"sip:{user}{at}{(uri.Transport is { } asked ? ";transport=" + asked.UriToken() : "")}";
        string party = $"<sip:{user}{written}>";
        bool literal = IPAddress.TryParse(host, out _);
        Flow? flow = literal ? NextHops.Literal(settings, trunk.Realm, text, SipTransport.Udp) : null;
        return new Target(requestUri, party, flow, literal ? "" : host, uri.Port, transport, listener, trunk.Name);
    }
}
