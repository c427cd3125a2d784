using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Actors.Routing.Tables;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: routes.</summary>
internal static class RouteBinding
{
    private static readonly string[] LimitsOfTrunks = ["retry-on", "budget", "max-attempts"];

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

            if (route.Name == RoutePlan.Emergency)
            {
                known.Report(path + ".name", $"\"{route.Name}\" stands for emergency numbers, which no limit holds for; expected another name");
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

        if (known.Find<string>(path + ".match.from-trunk") is { } from)
        {
            TargetBinding.MustExist(known, path + ".match.from-trunk", from, trunks, "");
        }

        string? table = known.Find<string>(path + ".to.table");
        if (table is not null && !known.Names("tables").Contains(table))
        {
            known.Report(path + ".to.table", $"table {table} is not defined; expected {RealmCheck.List("controller.tables", known.Names("tables"))}");
        }

        bool registered = known.Find<string>(path + ".to") == TargetBinding.Registered;
        CheckLimits(known, path, registered);
        return new RouteSettings
        {
            Name = known.Get(path + ".name", ""),
            FromRealm = known.Find<string>(path + ".match.from-realm"),
            FromTrunk = known.Find<string>(path + ".match.from-trunk"),
            Domain = known.Find<string>(path + ".match.domain"),
            User = user,
            Prefixes = MatchBinding.Texts(known, path + ".match.prefix"),
            Methods = MatchBinding.Texts(known, path + ".match.method"),
            Headers = MatchBinding.Headers(known, path + ".match.headers"),
            Hours = MatchBinding.Hours(known, path + ".match.time"),
            Registered = known.FindValue<bool>(path + ".match.registered"),
            RewriteUser = rewrite,
            ToRegistered = registered,
            Trunks = TargetBinding.Bind(known, path + ".to", trunks),
            Table = table,
            Order = Order(known, path),
            RetryOn = [.. known.Get<object[]>(path + ".retry-on", []).Cast<int>()],
            Budget = known.FindValue<TimeSpan>(path + ".budget"),
            MaxAttempts = known.FindValue<int>(path + ".max-attempts"),
        };
    }

    private static RateOrder Order(KnownValues known, string path)
    {
        bool quality = known.Find<string>(path + ".order") == "quality";
        if (quality && known.Has(path + ".to.table"))
        {
            known.Report(path + ".order", "is for a list of trunks, and this route leads to a table; expected to.order = quality");
        }
        else if (quality && !known.IsList(path + ".to"))
        {
            known.Report(path + ".order", "there is nothing to put in order; expected a list of trunks in to");
        }
        else if (quality && Enumerable.Range(0, known.Count(path + ".to")).Any(i => known.Has($"{path}.to[{i}].quota")))
        {
            known.Report(path + ".order", "a quota says that some calls do not go where they would go best; expected no quota, or order = shares");
        }

        return known.Find<string>(path + ".to.order") switch
        {
            "file" => RateOrder.File,
            "quality" => RateOrder.Quality,
            _ => quality ? RateOrder.Quality : RateOrder.Price,
        };
    }

    private static void CheckLimits(KnownValues known, string path, bool isRegistered)
    {
        if (known.Find<object[]>(path + ".retry-on") is { Length: 0 })
        {
            known.Report(path + ".retry-on", "an empty list; expected at least one status, or max-attempts = 1 for no second attempt");
        }

        foreach (string limit in LimitsOfTrunks)
        {
            if (isRegistered && known.Has($"{path}.{limit}"))
            {
                known.Report($"{path}.{limit}", "is for trunks, and this route leads to registered users, whose phones ring all at once; expected a route to trunks");
            }
        }
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
