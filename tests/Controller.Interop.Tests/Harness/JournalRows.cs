using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Controller.Interop.Tests.Harness;

/// <summary>Counts what a node's journal holds, through the system's SQLite and without the node: it may be running or not.</summary>
internal static class JournalRows
{
    private const int OpenReadOnly = 1, Row = 100, Done = 101;

    // What the newest commit says of the whole log: its header is in the first 64 octets of each of its slots (src/Controller.Cluster/Sqlite/Log/SlotHeader.cs).
    // A node that starts reads the log and refuses it if it comes to other numbers.
    private const string Newest = "SELECT substr(octets, 57, 8) FROM slot ORDER BY substr(octets, 17, 8) DESC LIMIT 1";

    /// <param name="what">journal: events of actors that live; outbox: charging records on their way.</param>
    public static long Count(string dataFolder, string what)
    {
        string file = Directory.GetFiles(dataFolder, "*.db").Concat(Directory.GetFiles(dataFolder, "*.sqlite")).Single();
        int opened = sqlite3_open_v2(file, out nint database, OpenReadOnly, null);
        try
        {
            Assert.True(opened == 0, $"{file}: SQLite says {opened}");
            int prepared = sqlite3_prepare_v2(database, Newest, -1, out nint statement, out _);
            Assert.True(prepared == 0, $"{file}: SQLite says {prepared}");
            int stepped = sqlite3_step(statement);
            Assert.True(stepped is Row or Done, $"{file}: SQLite says {stepped}");
            byte[] counts = new byte[8];
            if (stepped == Row)
            {
                Assert.Equal(counts.Length, sqlite3_column_bytes(statement, 0));
                Marshal.Copy(sqlite3_column_blob(statement, 0), counts, 0, counts.Length);
            }

            _ = sqlite3_finalize(statement);
            return BinaryPrimitives.ReadInt32BigEndian(counts.AsSpan(what switch { "journal" => 0, "outbox" => 4, _ => throw new ArgumentException(what, nameof(what)) }));
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
    private static extern nint sqlite3_column_blob(nint statement, int column);

    [DllImport("libsqlite3.so.0")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int sqlite3_column_bytes(nint statement, int column);

    [DllImport("libsqlite3.so.0")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int sqlite3_finalize(nint statement);

    [DllImport("libsqlite3.so.0")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int sqlite3_close(nint database);
#pragma warning restore IDE1006, SYSLIB1054
}
