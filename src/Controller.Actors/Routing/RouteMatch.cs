using Controller.Actors.Policies;

namespace Controller.Actors.Routing;

/// <summary>Whether a route applies to a request; every condition given must hold.</summary>
internal static class RouteMatch
{
    /// <param name="known">The user may be registered with us: its domain is ours, and it is not known to be unregistered.</param>
    /// <returns>Null if it matches, else the first condition that does not hold.</returns>
    public static string? WhyNot(RouteSettings route, string realm, string user, string domain, bool ours, bool known)
    {
        if (route.FromRealm is { } from && from != realm)
        {
            return $"from realm {realm}, not {from}";
        }

        // A domain of ours may be written as one of our addresses.
        if (route.Domain is { } wanted && !string.Equals(wanted, domain, StringComparison.OrdinalIgnoreCase) && !(ours && route.Registered == true))
        {
            return $"domain {domain}, not {wanted}";
        }

        if (route.Registered is { } registered && registered != known)
        {
            return registered ? $"{user}@{domain} is not registered here" : $"{user}@{domain} may be registered here";
        }

        return route.User is { } expression && !expression.IsMatch(user) ? $"user {user} does not match {expression}" : null;
    }
}
