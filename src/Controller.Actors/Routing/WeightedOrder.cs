using System.Collections.Immutable;

namespace Controller.Actors.Routing;

/// <summary>A weighted order without chance: drawn by lot from a number that is spread evenly (a call's key), so that the same call gets the same order again.</summary>
internal static class WeightedOrder
{
    public static ulong Number(UInt128 lot) => (ulong)lot ^ (ulong)(lot >> 64);

    /// <summary>Another lot of the same call, for another choice: two that are drawn from one number would always fall together. No lot (0) stays none.</summary>
    public static UInt128 LotOf(UInt128 lot, string choice)
    {
        // FNV-1a; odd, so that no two lots become one.
        ulong hash = 14695981039346656037UL;
        foreach (char letter in choice)
        {
            hash = (hash ^ letter) * 1099511628211UL;
        }

        return lot * (((UInt128)hash << 64) | hash | 1);
    }

    /// <param name="lot">0: nothing is drawn, all come as they are written, but for those of weight 0.</param>
    public static ImmutableArray<T> Of<T>(ImmutableArray<T> candidates, Func<T, int> weight, UInt128 lot)
    {
        if (candidates.Length < 2)
        {
            return candidates;
        }

        var left = candidates.ToList();
        var ordered = ImmutableArray.CreateBuilder<T>(left.Count);
        ulong number = Number(lot);
        while (left.Count > 0)
        {
            // A weight of 0 still gets its turn, last (RFC 2782 gives it "a very small chance").
            int total = left.Sum(candidate => Math.Max(0, weight(candidate)));
            int drawn = total == 0 ? 0 : (int)(number % (ulong)total);
            number = lot == 0 ? 0 : (number * 6364136223846793005UL) + 1442695040888963407UL;
            int at = 0;
            while (total > 0 && at < left.Count - 1 && drawn >= Math.Max(0, weight(left[at])))
            {
                drawn -= Math.Max(0, weight(left[at]));
                at++;
            }

            ordered.Add(left[at]);
            left.RemoveAt(at);
        }

        return ordered.ToImmutable();
    }
}
