using Controller.Cluster.Sqlite;
using Controller.Compliance;
using Controller.Sharding.Journal;

namespace Controller.Cluster.Tests.Sqlite;

public sealed class SqliteJournalComplianceTests : JournalCompliance
{
    private readonly TemporaryDirectory _directory = new();

    protected override IJournal Open() => SqliteJournal.Open(_directory.File("journal.db"));

    protected override void Remove() => _directory.Dispose();
}
