using Controller.Cluster.Postgres;
using Controller.Compliance;
using Controller.Servers;
using Controller.Sharding.Journal;

namespace Controller.Cluster.Tests.Postgres;

[Collection(OnePostgres.Name)]
public sealed class PostgresJournalComplianceTests(PostgresServer server) : JournalCompliance
{
    private readonly string _connection = server.NewDatabase();

    protected override IJournal Open() => Member.Join(new PostgresOptions(_connection, Node: 1, AllowSingle: true));
}

/// <summary>One server for all tests of it; each test has a database of its own.</summary>
[CollectionDefinition(Name)]
public sealed class OnePostgres : ICollectionFixture<PostgresServer>
{
    public const string Name = "postgres";
}
