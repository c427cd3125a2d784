using System.Reflection;
using System.Runtime.InteropServices;
using Controller.Sharding.Journal;
using SQLitePCL;

namespace Controller.Cluster.Sqlite;

/// <summary>
/// Binds the managed driver to the system's SQLite (Debian: libsqlite3-0, kept patched by the distribution) instead of a copy that
/// a package would bring along.
/// </summary>
internal static class SqliteLibrary
{
    private static readonly string[] Names = ["libsqlite3.so.0", "libsqlite3.so", "libsqlite3.dylib", "winsqlite3"];
    private static readonly Lazy<string?> Failure = new(Bind);

    /// <exception cref="JournalException">The library is not installed.</exception>
    public static void Ensure()
    {
        if (Failure.Value is { } reason)
        {
            throw new JournalException(reason);
        }
    }

    private static string? Bind()
    {
        nint library = 0;
        if (!Array.Exists(Names, name => NativeLibrary.TryLoad(name, out library)))
        {
            return "the system's SQLite library (libsqlite3.so.0) is missing: install it with apt-get install libsqlite3-0";
        }

        Assembly driver = typeof(SQLite3Provider_e_sqlite3).Assembly;
        NativeLibrary.SetDllImportResolver(driver, (name, _, _) => name == "e_sqlite3" ? library : 0);
        raw.SetProvider(new SQLite3Provider_e_sqlite3());
        raw.FreezeProvider();

        // 3.37 is the first with STRICT tables; RETURNING came with 3.35.
        return raw.sqlite3_libversion_number() < 3_037_000
            ? $"the system's SQLite library is too old ({raw.sqlite3_libversion().utf8_to_string()}): 3.37 or newer is needed"
            : null;
    }
}
