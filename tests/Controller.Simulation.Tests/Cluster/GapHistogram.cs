namespace Controller.Simulation.Tests.Cluster;

/// <summary>C7: for how long nobody served a shard that changed hands.</summary>
internal static class GapHistogram
{
    private static readonly long[] Bounds = [200, 300, 500, 700, 1_000, 1_200, 1_500, 2_000, 2_500, 3_000];

    public static string Of(IEnumerable<long> gaps)
    {
        List<long> sorted = [.. gaps.Order()];
        if (sorted.Count == 0)
        {
            return "no gaps";
        }

        IEnumerable<string> bars = Bounds.Append(long.MaxValue).Zip(Bounds.Prepend(-1L), (to, from) => (to, from))
            .Select(bar => $"{(bar.to == long.MaxValue ? "more" : $"<= {bar.to}")}: {sorted.Count(gap => gap > bar.from && gap <= bar.to)}");
        return $"{sorted.Count} gaps of a shard: p50 {At(sorted, 50)} ms, p90 {At(sorted, 90)} ms, p99 {At(sorted, 99)} ms, most {sorted[^1]} ms\n{string.Join(", ", bars)}";
    }

    private static long At(List<long> sorted, int percent) => sorted[Math.Min(sorted.Count - 1, sorted.Count * percent / 100)];
}
