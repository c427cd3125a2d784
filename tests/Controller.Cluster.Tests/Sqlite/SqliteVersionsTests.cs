using Controller.Cluster.Sqlite;
using Controller.Cluster.Tests.Versions;
using Controller.Cluster.Versions;

namespace Controller.Cluster.Tests.Sqlite;

public sealed class SqliteVersionsTests : VersionsCompliance, IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private SqliteJournal? _journal;

    public void Dispose()
    {
        _journal?.Dispose();
        _directory.Dispose();
    }

    protected override IConfigurationVersions Open() => (_journal ??= SqliteJournal.Open(_directory.File("journal.db"))).Versions;

    protected override IConfigurationVersions Reopen()
    {
        _journal?.Dispose();
        _journal = null;
        return Open();
    }
}
