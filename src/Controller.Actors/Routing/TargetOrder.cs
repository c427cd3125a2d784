using System.Collections.Immutable;
using System.Globalization;
using Controller.Actors.Policies;
using Controller.Actors.Routing.Quality;

namespace Controller.Actors.Routing;

/// <summary>
/// The trunks of a route in the order to try: by priority; within one by quality, if that is asked for, and else first the one that the call's lot has drawn by quota, then those without a quota by
/// weight, then the other quotas, so that a target gets more than its share only when all else has failed.
/// </summary>
internal static class TargetOrder
{
    /// <summary>Quotas are drawn in hundredths of a per cent.</summary>
    private const int Whole = 100_00;

    /// <param name="quality">Null: it does not count.</param>
    public static List<(RouteTarget Target, bool IsDrawn)> Of(ImmutableArray<RouteTarget> targets, QualitySnapshot? quality, UInt128 lot)
    {
        if (targets is [var only])
        {
            return [(only, Draw(targets, lot) is not null)];
        }

        var ordered = new List<(RouteTarget Target, bool IsDrawn)>(targets.Length);
        foreach (IGrouping<long, RouteTarget> same in targets.GroupBy(target => ((long)target.Priority << 32) | (uint)(quality?.Of(target.Trunk).Rank ?? 0)).OrderBy(group => group.Key))
        {
            ImmutableArray<RouteTarget> quotas = [.. same.Where(target => target.Quota is not null)];
            RouteTarget? drawn = Draw(quotas, lot);
            if (drawn is not null)
            {
                ordered.Add((drawn, true));
            }

            foreach (RouteTarget target in WeightedOrder.Of([.. same.Where(target => target.Quota is null)], candidate => candidate.Weight, lot))
            {
                ordered.Add((target, false));
            }

            foreach (RouteTarget target in WeightedOrder.Of([.. quotas.Where(target => !ReferenceEquals(target, drawn))], Hundredths, lot))
            {
                ordered.Add((target, false));
            }
        }

        return ordered;
    }

    /// <summary>For people.</summary>
    public static string Explain(RouteTarget target, QualitySnapshot? quality, bool isDrawn) => Explain(target, isDrawn) + (quality is null ? "" : $", {quality.Of(target.Trunk)}");

    private static string Explain(RouteTarget target, bool isDrawn) => target.Quota is { } quota
        ? string.Create(CultureInfo.InvariantCulture, $"priority {target.Priority}, quota {quota} %: {(isDrawn ? "drawn" : "not drawn, after the others")}")
        : $"priority {target.Priority}, weight {target.Weight}";

    private static RouteTarget? Draw(ImmutableArray<RouteTarget> quotas, UInt128 lot)
    {
        // Another draw than that of the weights, or both would go together.
        int drawn = (int)(WeightedOrder.Number(WeightedOrder.LotOf(lot, "quota")) % Whole);
        foreach (RouteTarget target in quotas)
        {
            drawn -= Hundredths(target);
            if (drawn < 0)
            {
                return target;
            }
        }

        return null;
    }

    private static int Hundredths(RouteTarget target) => (int)Math.Round((target.Quota ?? 0) * 100);
}
