using System.Runtime.InteropServices;

namespace Controller.Interop.Tests.Harness;

/// <summary>Counts what a node's journal holds, through the system's SQLite and without the node: it may be running or not.</summary>
internal static class JournalRows
{
    private const int OpenReadOnly = 1, Row = 100;

    /// <param name="table">journal: events of actors that live; outbox: charging records on their way.</param>
    public static long Count(string dataFolder, string table)
    {
        string file = Directory.GetFiles(dataFolder, "*.db").Concat(Directory.GetFiles(dataFolder, "*.sqlite")).Single();
        int opened = sqlite3_open_v2(file, out nint database, OpenReadOnly, null);
        try
        {
            Assert.True(opened == 0, $"{file}: SQLite says {opened}");
            int prepared = sqlite3_prepare_v2(database, $"SELECT count(*) FROM {table}", -1, out nint statement, out _);
            Assert.True(prepared == 0, $"{file}: SQLite says {prepared}");
            Assert.Equal(Row, sqlite3_step(statement));
            long count = sqlite3_column_int64(statement, 0);
            _ = sqlite3_finalize(statement);
            return count;
        }
        finally
        {
            _ = sqlite3_close(database);
        }
    }

#pragma warning disable IDE1006, SYSLIB1054 // the library's own names; source-generated marshalling would need unsafe code
    [DllImport("libsqlite3.so.0")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int sqlite3_open_v2([MarshalAs(UnmanagedType.LPUTF8Str)] string file, out nint database, int flags, [MarshalAs(UnmanagedType.LPUTF8Str)] string? vfs);

    [DllImport("libsqlite3.so.0")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int sqlite3_prepare_v2(nint database, [MarshalAs(UnmanagedType.LPUTF8Str)] string sql, int length, out nint statement, out nint tail);

    [DllImport("libsqlite3.so.0")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int sqlite3_step(nint statement);

    [DllImport("libsqlite3.so.0")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern long sqlite3_column_int64(nint statement, int column);

    [DllImport("libsqlite3.so.0")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int sqlite3_finalize(nint statement);

    [DllImport("libsqlite3.so.0")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int sqlite3_close(nint database);
#pragma warning restore IDE1006, SYSLIB1054
}
