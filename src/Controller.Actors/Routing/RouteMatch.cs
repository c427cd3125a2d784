using System.Text.RegularExpressions;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Routing;

/// <summary>Whether a route applies to a request; every condition given must hold.</summary>
internal static class RouteMatch
{
    /// <returns>The first condition that does not hold.</returns>
    public static RouteCondition Missing(RouteSettings route, RouteFacts facts)
    {
        if (route.FromRealm is { } from && from != facts.Request.Realm)
        {
            return RouteCondition.Realm;
        }

        if (route.FromTrunk is { } trunk && trunk != facts.Request.Trunk)
        {
            return RouteCondition.Trunk;
        }

        // A domain of ours may be written as one of our addresses.
        if (route.Domain is { } wanted && !string.Equals(wanted, facts.Domain, StringComparison.OrdinalIgnoreCase) && !(facts.IsOurs && route.Registered == true))
        {
            return RouteCondition.Domain;
        }

        if (route.Registered is { } registered && registered != facts.MayBeRegistered)
        {
            return RouteCondition.Registered;
        }

        if (!route.Methods.IsEmpty && !route.Methods.Contains(facts.Request.Method))
        {
            return RouteCondition.Method;
        }

        if (!route.Prefixes.IsEmpty && !HasPrefix(route, facts.User))
        {
            return RouteCondition.Prefix;
        }

        if (route.User is { } expression && !IsMatch(expression, facts.User))
        {
            return RouteCondition.User;
        }

        if (MissingHeader(route, facts.Request.Message) is not null)
        {
            return RouteCondition.Header;
        }

        return route.Hours is { } hours && !hours.Include(facts.Request.At.ToDateTimeOffset(), facts.Settings.TimeZone) ? RouteCondition.Hours : RouteCondition.None;
    }

    /// <summary>For people.</summary>
    public static string Explain(RouteSettings route, RouteFacts facts, RouteCondition missing) => missing switch
    {
        RouteCondition.None => "matches",
        RouteCondition.Realm => $"from realm {facts.Request.Realm}, not {route.FromRealm}",
        RouteCondition.Trunk => $"from {(facts.Request.Trunk.Length == 0 ? "no trunk that is known" : $"trunk {facts.Request.Trunk}")}, not {route.FromTrunk}",
        RouteCondition.Domain => $"domain {facts.Domain}, not {route.Domain}",
        RouteCondition.Registered => route.Registered == true ? $"{facts.User}@{facts.Domain} is not registered here" : $"{facts.User}@{facts.Domain} may be registered here",
        RouteCondition.Method => $"method {facts.Request.Method}, not {string.Join(" or ", route.Methods)}",
        RouteCondition.Prefix => $"user {facts.User} does not begin with {string.Join(" or ", route.Prefixes)}",
        RouteCondition.User => $"user {facts.User} does not match {route.User}",
        RouteCondition.Header => Explain(MissingHeader(route, facts.Request.Message)!),
        _ => $"{TimeZoneInfo.ConvertTime(facts.Request.At.ToDateTimeOffset(), facts.Settings.TimeZone):ddd HH:mm} is not within its time",
    };

    private static string Explain(HeaderCondition header) =>
        !header.Present ? $"header {header.Name} is there" : header.Matches is null ? $"header {header.Name} is not there" : $"header {header.Name} does not match {header.Matches}";

    private static bool HasPrefix(RouteSettings route, string user)
    {
        foreach (string prefix in route.Prefixes)
        {
            if (user.StartsWith(prefix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static HeaderCondition? MissingHeader(RouteSettings route, SipMessage? message)
    {
        foreach (HeaderCondition header in route.Headers)
        {
            if (IsThere(header, message) != header.Present)
            {
                return header;
            }
        }

        return null;
    }

    private static bool IsThere(HeaderCondition header, SipMessage? message)
    {
        for (int i = 0; i < (message?.HeaderCount ?? 0); i++)
        {
            HeaderLine line = message!.Header(i);
            bool named = header.Id != HeaderId.Unknown
                ? line.Id == header.Id
                : line.Id == HeaderId.Unknown && string.Equals(Latin1.Text(message.Name(line)), header.Name, StringComparison.OrdinalIgnoreCase);
            if (named && (header.Matches is not { } expression || IsMatch(expression, Latin1.Text(message.Value(line)))))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>An expression that takes too long (one with look-around or back-references may) does not match: a call must not fail by it.</summary>
    private static bool IsMatch(Regex expression, string text)
    {
        try
        {
            return expression.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
