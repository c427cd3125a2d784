using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Sip.Uris;

namespace Controller.Actors.Routing;

/// <summary>A request as the conditions of routes want it: read once, asked often.</summary>
/// <param name="User">Of the Request-URI, unescaped.</param>
/// <param name="Domain">Of the Request-URI, lower case.</param>
/// <param name="IsOurs">The domain is ours, under whatever name or address.</param>
/// <param name="Exists">It is a user of ours.</param>
internal sealed record RouteFacts(ControllerSettings Settings, RouteRequest Request, string User, string Domain, bool IsOurs, bool Exists)
{
    /// <summary>The user may be registered with us: its domain is ours, and it is not known to be unregistered.</summary>
    public bool MayBeRegistered => Exists && !Request.IsUnregistered;

    public static RouteFacts Of(ControllerSettings settings, RouteRequest request, in SipUri uri)
    {
        string user = Uri.UnescapeDataString(Latin1.Text(uri.User));
        string domain = Latin1.Text(uri.Host).ToLowerInvariant();
        bool ours = settings.IsOwnDomain(domain);
        return new RouteFacts(settings, request, user, domain, ours, ours && user.Length > 0 && settings.IsUser(user));
    }
}
