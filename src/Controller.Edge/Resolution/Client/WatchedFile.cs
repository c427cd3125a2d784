namespace Controller.Edge.Resolution.Client;

/// <summary>A small file of the system, read again after it has changed. Looked at every few seconds at most. Not thread-safe.</summary>
internal sealed class WatchedFile<T>(string path, Func<IEnumerable<string>, T> parse, TimeProvider clock)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private T _value = parse([]);
    private DateTime _written = DateTime.MinValue;
    private long _looked;
    private bool _isRead;

    public T Value
    {
        get
        {
            if (!_isRead || clock.GetElapsedTime(_looked) >= Look)
            {
                Read();
            }

            return _value;
        }
    }

    private void Read()
    {
        _isRead = true;
        _looked = clock.GetTimestamp();
        try
        {
            DateTime written = File.GetLastWriteTimeUtc(path);
            if (written != _written)
            {
                _value = parse(File.Exists(path) ? File.ReadAllLines(path) : []);
                _written = written;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What was read before is better than nothing.
        }
    }
}
