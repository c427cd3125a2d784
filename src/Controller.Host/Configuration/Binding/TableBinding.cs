using System.Collections.Immutable;
using Controller.Actors.Routing.Tables;
using Controller.Host.Configuration.Tables;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: tables of prefixes. A file that cannot be used is a problem of the configuration; a row that cannot is left out and noted.</summary>
internal static class TableBinding
{
    public static ImmutableDictionary<string, RateTable> Bind(KnownValues known, RateFiles files, IEnumerable<string> trunks, List<string> notes)
    {
        var tables = ImmutableDictionary.CreateBuilder<string, RateTable>(StringComparer.Ordinal);
        foreach (string name in known.Names("tables"))
        {
            string path = $"tables.{Hocon.HoconPath.WriteElement(name)}.file";
            if (known.Find<string>(path) is not { } file)
            {
                continue;
            }

            RateFile read = files.Read(file);
            if (read.Table is not { } table)
            {
                known.Report(path, read.Refused ?? "");
                continue;
            }

            notes.AddRange(read.Ignored.Select(row => $"{file}:{row.Line}: {row.Reason}: the row is ignored"));
            if (read.IgnoredCount > read.Ignored.Length)
            {
                notes.Add($"{file}: {read.IgnoredCount} rows are ignored altogether");
            }

            string[] unknown = [.. table.Trunks.Except(trunks, StringComparer.Ordinal).Order(StringComparer.Ordinal)];
            if (unknown.Length > 0)
            {
                notes.Add($"{file}: rows of trunks that are not defined are never used: {string.Join(", ", unknown.Take(20))}{(unknown.Length > 20 ? ", …" : "")}");
            }

            tables[name] = table;
        }

        return tables.ToImmutable();
    }
}
