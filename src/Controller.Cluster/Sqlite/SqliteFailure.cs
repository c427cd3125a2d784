using SQLitePCL;

namespace Controller.Cluster.Sqlite;

/// <summary>SQLite said no. <see cref="Code"/> is the primary result code (SQLITE_FULL, SQLITE_IOERR, …).</summary>
internal sealed class SqliteFailure(int extendedCode, string message) : Exception(message)
{
    public int Code { get; } = extendedCode & 0xFF;

    public int ExtendedCode { get; } = extendedCode;

    public bool IsCorruption => Code is raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB;

    /// <summary>After these the connection is as good as before; after any other it is opened anew.</summary>
    public bool LeavesConnectionUsable => Code is raw.SQLITE_FULL or raw.SQLITE_BUSY or raw.SQLITE_CONSTRAINT;
}
