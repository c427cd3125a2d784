using System.Buffers;
using Controller.Sharding.Journal;

namespace Controller.Host.Charging;

/// <summary>
/// Appends charging records to a file, one JSON object a line, exactly once each. The journal delivers a row until it has seen it
/// removed, so after a crash the last rows come again: what stands in the file already is known by its id and skipped.
/// Called on the outbox's own thread, never concurrently.
/// </summary>
public sealed class CdrFileSink : IOutboxSink
{
    /// <summary>Records that can have been written but not yet removed from the journal when a process dies: far fewer than this.</summary>
    private const int Remembered = 65_536;
    private const int TailBytes = 32 * 1024 * 1024;

    private readonly string _path;
    private readonly RecentIds _recent = new(Remembered);
    private bool _doubtful;

    /// <exception cref="IOException">The file cannot be made or written; also <see cref="UnauthorizedAccessException"/>.</exception>
    public CdrFileSink(string path)
    {
        _path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        // Also the proof that it can be written, before the first call ends.
        RecordFile.Append(_path, default);
        Remember();
    }

    public void Deliver(IReadOnlyList<OutboxRow> rows)
    {
        if (_doubtful)
        {
            Remember();
            _doubtful = false;
        }

        ArrayBufferWriter<byte> lines = new(Math.Max(256, rows.Sum(r => r.Payload.Length + 1)));
        List<string> ids = new(rows.Count);
        HashSet<string> batch = new(StringComparer.Ordinal);
        foreach (OutboxRow row in rows)
        {
            // A payload that is no JSON object is still somebody's record: written as it is, known by its row.
            string id = RecordId.Of(row.Payload.Span) ?? $"row {row.Id}";
            if (!_recent.Contains(id) && batch.Add(id))
            {
                ids.Add(id);
                lines.Write(row.Payload.Span);
                lines.Write("\n"u8);
            }
        }

        if (ids.Count == 0)
        {
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
            RecordFile.Append(_path, lines.WrittenSpan);
        }
        catch
        {
            // Not known what is in the file now: read it again before the next try.
            _doubtful = true;
            throw;
        }

        ids.ForEach(_recent.Add);
    }

    /// <summary>The ids at the end of the file, and of the one it was rotated from: that may hold what was written just before a crash.</summary>
    private void Remember()
    {
        string? rotated = Directory.EnumerateFiles(Path.GetDirectoryName(_path)!, Path.GetFileName(_path) + "*")
            .Where(f => f != _path).MaxBy(File.GetLastWriteTimeUtc);
        foreach (string file in new[] { rotated, _path }.OfType<string>())
        {
            RecordFile.ReadTail(file, TailBytes, line =>
            {
                if (RecordId.Of(line) is { } id)
                {
                    _recent.Add(id);
                }
            });
        }
    }
}
