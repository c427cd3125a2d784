using System.Collections.Immutable;

namespace Controller.Actors.Routing.Tables;

/// <summary>
/// Which trunks carry which numbers, and for what: a few arrays, no object for a row. Prefixes are in an open hash table; a number is looked up by each of its
/// prefixes, the longest first. Never changed: a new file is a new table, and a snapshot of the settings holds one or the other.
/// </summary>
public sealed class RateTable
{
    private readonly ulong[] _prefixes;
    private readonly int[] _starts;
    private readonly int[] _rowIds;
    private readonly RateRow[] _rows;
    private readonly int _shift;
    private readonly int _longest;

    /// <param name="prefixes">By slot, 0: empty; a power of two of them, never full.</param>
    /// <param name="starts">By slot: where in <paramref name="rowIds"/> its rows begin; they end where the last one is marked by its complement.</param>
    internal RateTable(ulong[] prefixes, int[] starts, int[] rowIds, RateRow[] rows, ImmutableArray<string> trunks, int count, int longest, ulong mark)
    {
        _prefixes = prefixes;
        _starts = starts;
        _rowIds = rowIds;
        _rows = rows;
        _shift = Shift(prefixes.Length);
        _longest = longest;
        Trunks = trunks;
        PrefixCount = count;
        Mark = mark;
    }

    /// <summary>As the rows name them; one that is not configured is dropped when a call asks.</summary>
    public ImmutableArray<string> Trunks { get; }

    public int PrefixCount { get; }

    public int RowCount => _rowIds.Length;

    /// <summary>How many of them differ in more than their prefix.</summary>
    public int DistinctRowCount => _rows.Length;

    /// <summary>Another one if anything in the file that counts is another: a digest, not a proof.</summary>
    public ulong Mark { get; }

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{PrefixCount} prefixes, {RowCount} rows, mark {Mark:x16}");

    internal static int Slot(ulong prefix, int shift) => (int)((prefix * 0x9E3779B97F4A7C15UL) >> shift);

    internal static int Shift(int slots) => 64 - int.Log2(slots);

    /// <summary>
    /// For each trunk the row of its own longest prefix that is valid now: what another carrier says of a longer one is no reason not to ask this one.
    /// </summary>
    /// <param name="number">Digits, with or without a + and visual separators (RFC 3966 section 5.1.1).</param>
    /// <param name="minute">Since 1970.</param>
    /// <returns>The longest prefix first, then in the order of the file.</returns>
    internal List<RateCandidate> Find(ReadOnlySpan<char> number, int minute, RouteTrace? trace)
    {
        Span<ulong> prefixes = stackalloc ulong[RatePrefix.MostDigits + 1];
        int digits = PrefixesOf(number, prefixes);
        Span<ulong> seen = stackalloc ulong[(Trunks.Length / 64) + 1];
        seen.Clear();
        var found = new List<RateCandidate>();
        for (int length = Math.Min(digits, _longest); length >= 0; length--)
        {
            for (int at = StartOf(prefixes[length]); at >= 0; at++)
            {
                int id = _rowIds[at];
                RateRow row = _rows[id < 0 ? ~id : id];
                ref ulong word = ref seen[row.Trunk / 64];
                ulong bit = 1UL << (row.Trunk % 64);
                if (!row.IsValid(minute))
                {
                    trace?.Drop(Trunks[row.Trunk], null, Explain(prefixes[length], row) + ": not valid now");
                }
                else if ((word & bit) != 0)
                {
                    trace?.Drop(Trunks[row.Trunk], null, Explain(prefixes[length], row) + ": the trunk has a longer prefix, or an earlier row");
                }
                else
                {
                    word |= bit;
                    found.Add(new RateCandidate(Trunks[row.Trunk], length, row));
                }

                if (id < 0)
                {
                    break;
                }
            }
        }

        return found;
    }

    private static string Explain(ulong prefix, RateRow row) => $"prefix {prefix.ToString(System.Globalization.CultureInfo.InvariantCulture)[1..]}, {row}";

    /// <returns>How many digits there are; -1 if it is no number.</returns>
    private static int PrefixesOf(ReadOnlySpan<char> number, Span<ulong> prefixes)
    {
        prefixes[0] = RatePrefix.Empty;
        int digits = 0;
        number = number is ['+', ..] ? number[1..] : number;
        foreach (char letter in number)
        {
            if (letter is '-' or '.' or '(' or ')')
            {
                continue;
            }

            if (!char.IsAsciiDigit(letter))
            {
                return -1;
            }

            if (digits < RatePrefix.MostDigits)
            {
                prefixes[digits + 1] = RatePrefix.Append(prefixes[digits], letter);
                digits++;
            }
        }

        return digits;
    }

    private int StartOf(ulong prefix)
    {
        for (int slot = Slot(prefix, _shift); _prefixes[slot] != 0; slot = (slot + 1) & (_prefixes.Length - 1))
        {
            if (_prefixes[slot] == prefix)
            {
                return _starts[slot];
            }
        }

        return -1;
    }
}
