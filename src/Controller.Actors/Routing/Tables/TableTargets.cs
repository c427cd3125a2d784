using Controller.Actors.Policies;

namespace Controller.Actors.Routing.Tables;

/// <summary>The trunks that a table names for a number, in the order to try.</summary>
internal static class TableTargets
{
    public static IEnumerable<(string Trunk, string Reason)> Of(RouteSettings route, RateTable table, string number, RouteRequest request, RouteTrace? trace)
    {
        List<RateCandidate> found = table.Find(number, (int)(request.At.Milliseconds / 60_000), trace);
        return (route.Order == RateOrder.File ? found : ByPrice(found, request.Lot))
            .Select(candidate => (candidate.Trunk, trace is null ? "" : $"table {route.Table}: {candidate.Digits} digits, {candidate.Row}"));
    }

    private static IEnumerable<RateCandidate> ByPrice(List<RateCandidate> found, UInt128 lot)
    {
        RateCandidate[] sorted = [.. found.OrderBy(candidate => candidate.Row.Priority).ThenBy(candidate => candidate.Row.Price)];
        for (int from = 0, to; from < sorted.Length; from = to)
        {
            for (to = from + 1; to < sorted.Length && sorted[to].Row.Priority == sorted[from].Row.Priority && sorted[to].Row.Price == sorted[from].Row.Price; to++)
            {
            }

            foreach (RateCandidate candidate in WeightedOrder.Of([.. sorted.AsSpan(from, to - from)], candidate => candidate.Row.Weight, lot))
            {
                yield return candidate;
            }
        }
    }
}
