namespace Controller.Host.Configuration.Tables;

/// <summary>Reads files of rates, and keeps what it read as long as the file stays as it is: a reload for another reason does not read a million rows again.</summary>
public sealed class RateFiles
{
    private readonly Lock _one = new();
    private readonly Dictionary<string, (long Length, DateTime Written, RateFile Read)> _known = new(StringComparer.Ordinal);

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

                if (_known.TryGetValue(file.FullName, out (long Length, DateTime Written, RateFile Read) known) && known.Length == file.Length && known.Written == file.LastWriteTimeUtc)
                {
                    return known.Read;
                }

                (long length, DateTime written) = (file.Length, file.LastWriteTimeUtc);
                using FileStream stream = new(path, new FileStreamOptions { Options = FileOptions.SequentialScan, BufferSize = 0 });
                RateFile read = RateCsv.Read(path, stream);
                _known[file.FullName] = (length, written, read);
                return read;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return RateFile.Refuse($"{path} cannot be read: {e.Message}");
            }
        }
    }
}
