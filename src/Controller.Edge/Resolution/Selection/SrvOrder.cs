using Controller.Edge.Resolution.Wire;

namespace Controller.Edge.Resolution.Selection;

/// <summary>The order in which the targets of an SRV answer are tried (RFC 2782).</summary>
internal static class SrvOrder
{
    /// <param name="seed">The same seed gives the same order, however the server turns its records round.</param>
    public static IEnumerable<DnsRecord.Srv> Of(IEnumerable<DnsRecord.Srv> records, ulong seed)
    {
        // "A client MUST attempt to contact the target host with the lowest-numbered priority it can reach".
        foreach (IGrouping<ushort, DnsRecord.Srv> same in records.GroupBy(record => record.Priority).OrderBy(group => group.Key))
        {
            // "arrange all SRV RRs (that have not been ordered yet) in any order, except that all those with weight 0 are placed at the beginning of the list."
            List<DnsRecord.Srv> left = [.. same.OrderBy(record => record.Weight != 0).ThenBy(record => record.Target, StringComparer.Ordinal).ThenBy(record => record.Port)];
            ulong state = seed + same.Key;
            while (left.Count > 0)
            {
                // "choose a uniform random number between 0 and the sum computed (inclusive), and select the RR whose running sum value is the first in the
                // selected order which is greater than or equal to the random number selected."
                ulong sum = (ulong)left.Sum(record => record.Weight);
                ulong drawn = Next(ref state) % (sum + 1);
                int at = 0;
                for (ulong running = left[0].Weight; running < drawn; running += left[at].Weight)
                {
                    at++;
                }

                yield return left[at];
                left.RemoveAt(at);
            }
        }
    }

    /// <summary>SplitMix64: every bit of the seed counts, and nothing is kept between two draws but the state.</summary>
    private static ulong Next(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15;
        ulong z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
