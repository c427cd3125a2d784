using Controller.Sharding.Journal;

namespace Controller.Cluster.Sqlite;

/// <summary>
/// One process per journal: an exclusive lock on a file beside it, given back by the system when the process ends, however it ends.
/// Not on the journal itself: closing a second handle of that file would drop the locks that SQLite holds on it.
/// </summary>
internal sealed class JournalLock : IDisposable
{
    private readonly FileStream _file;

    private JournalLock(FileStream file) => _file = file;

    /// <exception cref="JournalException">Another process has it, or the directory cannot be written.</exception>
    public static JournalLock Take(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"journal {path}: its directory cannot be made: {OneLine(failure)}", failure);
        }

        try
        {
            return new JournalLock(new FileStream(path + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException failure) when (IsSharingViolation(failure))
        {
            throw new JournalException($"journal {path} is in use by another process", failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new JournalException($"journal {path} cannot be opened: {OneLine(failure)}", failure);
        }
    }

    public void Dispose() => _file.Dispose();

    // EWOULDBLOCK of flock: 11 on Linux, 35 on macOS; ERROR_SHARING_VIOLATION on Windows.
    private static bool IsSharingViolation(IOException failure) =>
        failure.GetType() == typeof(IOException) && (failure.HResult is 11 or 35 || failure.HResult == unchecked((int)0x80070020));

    private static string OneLine(Exception failure) => failure.Message.ReplaceLineEndings(" ");
}
