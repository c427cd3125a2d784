using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Controller.Actors.Policies;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: routes.</summary>
internal static class RouteBinding
{
    private const string Registered = "registered";

    public static ImmutableArray<RouteSettings> Bind(KnownValues known, IEnumerable<string> realms, IEnumerable<string> trunks)
    {
        var routes = ImmutableArray.CreateBuilder<RouteSettings>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < known.Count("routes"); i++)
        {
            string path = $"routes[{i}]";
            RouteSettings route = Route(known, path, realms, trunks);
            if (route.Name.Length > 0 && !names.Add(route.Name))
            {
                known.Report(path + ".name", $"\"{route.Name}\" names an earlier route; expected a name of its own");
            }

            routes.Add(route);
        }

        return routes.ToImmutable();
    }

    private static RouteSettings Route(KnownValues known, string path, IEnumerable<string> realms, IEnumerable<string> trunks)
    {
        RealmCheck.MustExist(known, path + ".match.from-realm", realms);
        Regex? user = known.Find<Regex>(path + ".match.user");
        string? rewrite = known.Find<string>(path + ".rewrite.user");
        if (rewrite is not null)
        {
            CheckGroups(known, path + ".rewrite.user", rewrite, user);
        }

        string? to = known.Find<string>(path + ".to");
        return new RouteSettings
        {
            Name = known.Get(path + ".name", ""),
            FromRealm = known.Find<string>(path + ".match.from-realm"),
            Domain = known.Find<string>(path + ".match.domain"),
            User = user,
            Registered = known.FindValue<bool>(path + ".match.registered"),
            RewriteUser = rewrite,
            ToRegistered = to == Registered,
            Trunks = Targets(known, path + ".to", to, trunks),
        };
    }

    private static ImmutableArray<RouteTarget> Targets(KnownValues known, string path, string? single, IEnumerable<string> trunks)
    {
        if (single is not null)
        {
            return single == Registered || !MustExist(known, path, single, trunks, ", or registered") ? [] : [new RouteTarget(single)];
        }

        var targets = ImmutableArray.CreateBuilder<RouteTarget>();
        for (int i = 0; i < known.Count(path); i++)
        {
            string item = $"{path}[{i}]";
            if (known.Find<string>(item + ".trunk") is { } trunk && MustExist(known, item + ".trunk", trunk, trunks, ""))
            {
                targets.Add(new RouteTarget(trunk, known.Get(item + ".weight", 1)));
            }
        }

        if (known.IsList(path) && known.Count(path) == 0)
        {
            known.Report(path, "leads nowhere; expected registered, the name of a trunk, or a list of { trunk, weight }");
        }
        else if (targets.Count > 0 && targets.All(t => t.Weight == 0))
        {
            known.Report(path, "every weight is 0; expected at least one above it");
        }

        return targets.ToImmutable();
    }

    private static bool MustExist(KnownValues known, string path, string trunk, IEnumerable<string> trunks, string more)
    {
        bool exists = trunks.Contains(trunk, StringComparer.Ordinal);
        if (!exists)
        {
            known.Report(path, $"trunk {trunk} is not defined; expected {RealmCheck.List("controller.trunks", trunks)}{more}");
        }

        return exists;
    }

    /// <summary>$1 or ${name} of a group that the pattern does not have would be sent as it stands.</summary>
    private static void CheckGroups(KnownValues known, string path, string rewrite, Regex? user)
    {
        int[] numbers = user?.GetGroupNumbers() ?? [];
        string[] names = user?.GetGroupNames() ?? [];
        for (int i = rewrite.IndexOf('$', StringComparison.Ordinal); i >= 0 && i + 1 < rewrite.Length; i = rewrite.IndexOf('$', i + 2))
        {
            int end = rewrite[i + 1] == '{' ? rewrite.IndexOf('}', i) : -1;
            string name = end > 0 ? rewrite[(i + 2)..end] : string.Concat(rewrite.Skip(i + 1).TakeWhile(char.IsAsciiDigit));
            bool exists = rewrite[i + 1] is '$' or '&' or '`' or '\'' or '+' or '_'
                || (name.Length > 0 && (int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? numbers.Contains(number) : names.Contains(name)));
            if (!exists)
            {
                known.Report(path, $"${(end > 0 ? $"{{{name}}}" : name)} is no group of match.user; expected {(user is null ? "match.user with a group" : $"$0 to ${numbers.Max()}")}, or $$ for a dollar sign");
            }

            if (i + 2 >= rewrite.Length)
            {
                break;
            }
        }
    }
}
