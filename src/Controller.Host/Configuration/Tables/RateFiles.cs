using System.Collections.Immutable;
using Controller.Actors.Routing.Tables;

namespace Controller.Host.Configuration.Tables;

/// <summary>
/// Reads files of rates, and knows again what has not changed since: a reload for another reason does not read a million rows again. A table lives as long as
/// settings that hold it: those of a rehearsed candidate, or of a file that has left the configuration, are not kept here.
/// </summary>
public sealed class RateFiles
{
    private readonly Lock _one = new();
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);

    /// <param name="path">Relative to the working directory, or absolute.</param>
    public RateFile Read(string path)
    {
        lock (_one)
        {
            try
            {
                var file = new FileInfo(path);
                if (!file.Exists)
                {
                    return RateFile.Refuse($"{path}: no such file; expected a CSV file with a line of column names");
                }

                (long length, DateTime written) = (file.Length, file.LastWriteTimeUtc);
                RateTable? table = null;
                if (_known.TryGetValue(file.FullName, out Known? known) && known.Table.TryGetTarget(out table) && known.Length == length && known.Written == written)
                {
                    return new RateFile(table, null, known.Ignored, known.IgnoredCount);
                }

                using FileStream stream = new(path, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = 0 });
                RateFile read = RateCsv.Read(path, stream);

                // Touched, but the same: the settings that run keep the table that they have.
                read = table is not null && table.Mark == read.Table?.Mark ? read with { Table = table } : read;
                Keep(file.FullName, length, written, read);
                return read;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return RateFile.Refuse($"{path} cannot be read: {e.Message}");
            }
        }
    }

    private void Keep(string path, long length, DateTime written, RateFile read)
    {
        foreach ((string gone, _) in _known.Where(known => !known.Value.Table.TryGetTarget(out _)).ToList())
        {
            _known.Remove(gone);
        }

        if (read.Table is { } table)
        {
            _known[path] = new Known(length, written, new WeakReference<RateTable>(table), read.Ignored, read.IgnoredCount);
        }
    }

    private sealed record Known(long Length, DateTime Written, WeakReference<RateTable> Table, ImmutableArray<IgnoredRow> Ignored, int IgnoredCount);
}
