using System.Collections.Immutable;
using Controller.Actors.Policies;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: the trunks that a route leads to.</summary>
internal static class TargetBinding
{
    public const string Registered = "registered";

    public static ImmutableArray<RouteTarget> Bind(KnownValues known, string path, IEnumerable<string> trunks)
    {
        if (known.Find<string>(path) is { } single)
        {
            return single == Registered || !MustExist(known, path, single, trunks, ", or registered") ? [] : [new RouteTarget(single)];
        }

        var targets = ImmutableArray.CreateBuilder<RouteTarget>();
        for (int i = 0; i < known.Count(path); i++)
        {
            string item = $"{path}[{i}]";
            if (known.Find<string>(item + ".trunk") is { } trunk && MustExist(known, item + ".trunk", trunk, trunks, ""))
            {
                targets.Add(new RouteTarget(trunk, known.Get(item + ".weight", 1), known.Get(item + ".priority", 1), known.FindValue<double>(item + ".quota")));
            }
        }

        if (known.IsList(path) && known.Count(path) == 0)
        {
            known.Report(path, "leads nowhere; expected registered, the name of a trunk, a list of { trunk, weight }, or { table }");
        }
        else if (targets.Count > 0 && targets.All(target => target.Weight == 0))
        {
            known.Report(path, "every weight is 0; expected at least one above it");
        }

        CheckQuotas(known, path, targets);
        return targets.ToImmutable();
    }

    public static bool MustExist(KnownValues known, string path, string trunk, IEnumerable<string> trunks, string more)
    {
        bool exists = trunks.Contains(trunk, StringComparer.Ordinal);
        if (!exists)
        {
            known.Report(path, $"trunk {trunk} is not defined; expected {RealmCheck.List("controller.trunks", trunks)}{more}");
        }

        return exists;
    }

    private static void CheckQuotas(KnownValues known, string path, IEnumerable<RouteTarget> targets)
    {
        foreach (IGrouping<int, RouteTarget> same in targets.GroupBy(target => target.Priority))
        {
            double sum = Math.Round(same.Sum(target => target.Quota ?? 0), 2);
            if (sum > 100 || (sum is > 0 and < 100 && same.All(target => target.Quota is not null)))
            {
                known.Report(path, FormattableString.Invariant(
                    $"the quotas of priority {same.Key} add up to {sum} per cent; expected {(sum > 100 ? "100 at most" : "100, or a target without a quota for the rest")}"));
            }
        }
    }
}
