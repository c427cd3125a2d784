using System.Collections.Immutable;
using Controller.Actors.Policies;
using Controller.Actors.Routing.Quality;

namespace Controller.Actors.Routing.Tables;

/// <summary>The trunks that a table names for a number, in the order to try.</summary>
internal static class TableTargets
{
    public static IEnumerable<(string Trunk, string Reason)> Of(RouteSettings route, RateTable table, string number, RouteRequest request, QualitySnapshot quality, RouteTrace? trace)
    {
        List<RateCandidate> found = table.Find(number, (int)(request.At.Milliseconds / 60_000), trace);
        QualitySnapshot? asked = route.Order == RateOrder.Quality ? quality : null;
        return (route.Order == RateOrder.File ? found : ByPrice(found, asked, request.Lot)).Select(candidate => (candidate.Trunk, trace is null ? "" : Explain(route, candidate, asked)));
    }

    private static string Explain(RouteSettings route, RateCandidate candidate, QualitySnapshot? quality) =>
        $"table {route.Table}: {candidate.Digits} digits, {candidate.Row}{(quality is null ? "" : $", {quality.Of(candidate.Trunk)}")}";

    private static List<RateCandidate> ByPrice(List<RateCandidate> found, QualitySnapshot? quality, UInt128 lot)
    {
        // Priority, rank, price and place in one number: 200 carriers are sorted in a few microseconds, and those that are equal stay as they were found.
        var keys = new UInt128[found.Count];
        for (int i = 0; i < keys.Length; i++)
        {
            int rank = quality?.Of(found[i].Trunk).Rank ?? 0;
            keys[i] = ((UInt128)found[i].Row.Priority << 112) | ((UInt128)rank << 96) | ((UInt128)found[i].Row.Price << 32) | (uint)i;
        }

        Array.Sort(keys);
        var ordered = new List<RateCandidate>(keys.Length);
        for (int from = 0, to; from < keys.Length; from = to)
        {
            for (to = from + 1; to < keys.Length && keys[to] >> 32 == keys[from] >> 32; to++)
            {
            }

            if (to == from + 1)
            {
                ordered.Add(found[(int)(uint)keys[from]]);
                continue;
            }

            ImmutableArray<RateCandidate> equal = [.. keys[from..to].Select(key => found[(int)(uint)key])];
            ordered.AddRange(WeightedOrder.Of(equal, candidate => candidate.Row.Weight, lot));
        }

        return ordered;
    }
}
