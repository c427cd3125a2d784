using System.Collections.Immutable;
using System.Text;
using Controller.Actors.Routing.Tables;

namespace Controller.Host.Configuration.Tables;

/// <summary>
/// Reads rates from CSV: a line of column names, then a row for each prefix and trunk. Line by line, through one buffer: the file is never in memory as a whole.
/// </summary>
internal static class RateCsv
{
    /// <summary>How many ignored rows are named.</summary>
    private const int MostNamed = 20;
    private const int MostColumns = 16;

    public static RateFile Read(string name, Stream stream)
    {
        using var reader = new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: false), detectEncodingFromByteOrderMarks: true, bufferSize: 1 << 16);
        var table = new RateTableBuilder();
        var ignored = ImmutableArray.CreateBuilder<IgnoredRow>();
        int count = 0;
        RateColumns? columns = null;
        Span<Range> fields = stackalloc Range[MostColumns];
        var lines = new LineReader(reader);
        for (int number = 1; lines.Next(out ReadOnlySpan<char> line); number++)
        {
            if (lines.IsTooLong)
            {
                return RateFile.Refuse($"{name}:{number}: a line of more than {LineReader.Longest} characters; expected a CSV file of rates");
            }

            line = line.Trim();
            if (line.IsEmpty || line[0] == '#')
            {
                continue;
            }

            if (columns is null)
            {
                columns = RateColumns.Read(line.ToString(), out string wrong);
                if (columns is null)
                {
                    return RateFile.Refuse($"{name}:{number}: {wrong}; expected a line of column names: prefix, trunk, price, and if wanted priority, weight, valid-from, valid-until");
                }

                continue;
            }

            int found = line.Split(fields, ',');
            string? reason = found != columns.Count
                ? $"{found} fields; expected {columns.Count}"
                : RateFields.Read(columns, line, fields[..found], table, out ulong prefix, out RateRow row) is { } bad ? bad : Added(table, prefix, row);
            if (reason is not null)
            {
                count++;
                if (ignored.Count < MostNamed)
                {
                    ignored.Add(new IgnoredRow(number, reason));
                }
            }
        }

        if (table.RowCount == 0 || count > table.RowCount)
        {
            string first = ignored.Count > 0 ? $"; the first: line {ignored[0].Line}: {ignored[0].Reason}" : "";
            return RateFile.Refuse($"{name}: {table.RowCount} rows can be used and {count} cannot{first}");
        }

        return new RateFile(table.Build(), null, ignored.ToImmutable(), count);
    }

    private static string? Added(RateTableBuilder table, ulong prefix, in RateRow row)
    {
        table.Add(prefix, row);
        return null;
    }
}
