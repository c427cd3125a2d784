using Controller.Actors.Policies;

namespace Controller.Actors.Routing;

/// <summary>Whether a route applies to a request; every condition given must hold.</summary>
internal static class RouteMatch
{
    /// <returns>Null if it matches, else the first condition that does not hold.</returns>
    public static string? WhyNot(RouteSettings route, string realm, string user, string domain, bool ours)
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

        if (route.Registered is { } registered && registered != ours)
        {
            return registered ? $"{domain} is not a domain of the registrar" : $"{domain} is a domain of the registrar";
        }

        return route.User is { } expression && !expression.IsMatch(user) ? $"user {user} does not match {expression}" : null;
    }
}
