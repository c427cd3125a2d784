using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using Controller.Sharding.Journal;

namespace Controller.Cluster.Sqlite;

/// <summary>
/// The tables, brought to the newest version by numbered scripts (Migrations/NNNN-what.sql). The version a file has is its
/// <c>user_version</c>; each script and its number are committed together.
/// </summary>
internal static class JournalSchema
{
    private const long ApplicationId = 1129599562;
    private const string Folder = "Controller.Cluster.Sqlite.Migrations.";

    private static readonly string[] Scripts =
        [.. typeof(JournalSchema).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    public static int Newest => Scripts.Length;

    /// <exception cref="JournalException">Not a journal, damaged, or of a newer program.</exception>
    public static void Prepare(Database database, string path)
    {
        long version = database.ReadInteger("PRAGMA user_version");
        bool isEmpty = database.ReadInteger("SELECT count(*) FROM sqlite_schema") == 0;
        if (!isEmpty && database.ReadInteger("PRAGMA application_id") != ApplicationId)
        {
            throw new JournalException($"{path} is an SQLite database of something else, not a journal");
        }

        if (version > Newest)
        {
            throw new JournalException(
                $"journal {path} has schema version {version}, newer than the {Newest} that this program knows: start the newer program, or restore an older copy");
        }

        CheckIntegrity(database, path);
        if (database.ReadText("PRAGMA journal_mode = WAL") != "wal")
        {
            throw new JournalException($"journal {path} cannot be switched to write-ahead logging: its file system does not support shared memory");
        }

        for (int next = (int)version + 1; next <= Newest; next++)
        {
            Migrate(database, path, next);
        }
    }

    private static void Migrate(Database database, string path, int version)
    {
        database.Execute("BEGIN IMMEDIATE");
        try
        {
            database.Execute(ScriptOf(version));
            switch (version)
            {
                case 1:
                    MakeSecret(database);
                    break;
                case 3:
                    FirstLayout.MoveTo(database, path);
                    break;
            }

            database.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version = {version}"));
            database.Execute("COMMIT");
        }
        catch
        {
            database.RollBack();
            throw;
        }
    }

    /// <summary>Made once for the life of the store: tokens and tags of before a restart must still be valid after it.</summary>
    private static void MakeSecret(Database database)
    {
        using Statement insert = database.Prepare("INSERT INTO meta (name, value) VALUES ('secret', ?1)");
        insert.Bind(1, RandomNumberGenerator.GetBytes(32)).Run();
    }

    private static void CheckIntegrity(Database database, string path)
    {
        string verdict = database.ReadText("PRAGMA quick_check(1)");
        if (verdict != "ok")
        {
            throw Corrupt(path, verdict);
        }
    }

    public static JournalException Corrupt(string path, string detail) => new(
        $"journal {path} is corrupt ({detail.ReplaceLineEndings(" ").Trim()}): restore it from a backup, or move it away to start with an empty one");

    private static string ScriptOf(int version)
    {
        string name = Scripts[version - 1];
        if (!name.StartsWith(string.Create(CultureInfo.InvariantCulture, $"{Folder}{version:0000}-"), StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"migration {version} is missing; found {name}");
        }

        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
