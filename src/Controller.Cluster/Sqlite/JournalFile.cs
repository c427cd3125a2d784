using Controller.Cluster.Sqlite.Log;
using Controller.Sharding.Journal;
using SQLitePCL;

namespace Controller.Cluster.Sqlite;

/// <summary>Opens the journal's connections and says in one line why that was not possible.</summary>
internal static class JournalFile
{
    // Pages (4 KiB) in the write-ahead log at which the writer copies them into the journal and begins the log anew. The commit that does so waits for
    // them (1000: some 20 ms, 4000: 40). Few pages are written twice before that, so more of them would only make it wait longer; fewer cost two syncs each time.
    private const int CheckpointPages = 250;

    // After a burst the log is cut to this size again.
    private const int LogSizeLimit = 64 * 1024 * 1024;

    /// <summary>Makes, checks and migrates the file if needed.</summary>
    /// <exception cref="JournalException"/>
    public static LogConnection Create(string path)
    {
        try
        {
            Database database = Database.Open(path, create: true);
            try
            {
                JournalSchema.Prepare(database, path);
                return Tune(database, path);
            }
            catch
            {
                database.Dispose();
                throw;
            }
        }
        catch (SqliteFailure failure)
        {
            throw Describe(path, failure);
        }
    }

    /// <exception cref="SqliteFailure"/>
    public static LogConnection OpenWriter(string path) => Tune(Database.Open(path, create: false), path);

    /// <exception cref="JournalException"/>
    public static Database OpenReader(string path)
    {
        try
        {
            return Database.Open(path, create: false);
        }
        catch (SqliteFailure failure)
        {
            throw Describe(path, failure);
        }
    }

    public static JournalException Describe(string path, SqliteFailure failure) => failure switch
    {
        { IsCorruption: true } => JournalSchema.Corrupt(path, failure.Message),
        { Code: raw.SQLITE_FULL } => new JournalException($"journal {path}: the disk is full", failure),
        { Code: raw.SQLITE_BUSY or raw.SQLITE_LOCKED } => new JournalException($"journal {path} is in use by another process", failure),
        { Code: raw.SQLITE_CANTOPEN or raw.SQLITE_READONLY or raw.SQLITE_PERM or raw.SQLITE_AUTH } =>
            new JournalException($"journal {path} cannot be opened for writing: {failure.Message}", failure),
        _ => new JournalException($"journal {path}: {failure.Message} (SQLite error {failure.ExtendedCode})", failure),
    };

    // KiB. Slots are written over in turn: unless all of them fit, a page is out of any cache before its turn comes again, and a large one only costs the
    // memory, and the clearing of it, at each page that is new.
    private const int WriterCache = 4096;

    private static LogConnection Tune(Database database, string path)
    {
        try
        {
            database.Execute($"PRAGMA wal_autocheckpoint = {CheckpointPages}; PRAGMA journal_size_limit = {LogSizeLimit}; PRAGMA cache_size = -{WriterCache};");
            return new LogConnection(database, path);
        }
        catch
        {
            database.Dispose();
            throw;
        }
    }
}
