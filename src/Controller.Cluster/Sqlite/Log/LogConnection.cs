using Controller.Sharding.Model;

namespace Controller.Cluster.Sqlite.Log;

/// <summary>The prepared statements of the writing connection: what one commit is made of.</summary>
internal sealed class LogConnection : IDisposable
{
    private readonly Database _database;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _add;
    private readonly Statement _write;
    private readonly Statement _claim;

    public LogConnection(Database database, string path)
    {
        _database = database;
        _begin = database.Prepare("BEGIN IMMEDIATE");
        _commit = database.Prepare("COMMIT");
        _add = database.Prepare("INSERT INTO slot (id, octets) VALUES (?1, ?2)");

        // Of the same length, and so in place: SQLite touches the one page.
        _write = database.Prepare("UPDATE slot SET octets = ?2 WHERE id = ?1");
        _claim = database.Prepare("INSERT INTO shard (shard, epoch) VALUES (?1, 1) ON CONFLICT (shard) DO UPDATE SET epoch = epoch + 1 RETURNING epoch");
        Slots = new SlotReader(database, path, keep: 1);
    }

    public Database Database => _database;

    /// <summary>Of the transaction that is open.</summary>
    public SlotReader Slots { get; }

    public void Begin() => _begin.Run();

    public void Commit() => _commit.Run();

    public void RollBack() => _database.RollBack();

    /// <param name="isNew">The table has no such slot yet.</param>
    public void Write(int id, bool isNew, ReadOnlySpan<byte> slot) => (isNew ? _add : _write).Bind(1, id).Bind(2, slot).Run();

    public Epoch Claim(ShardId shard) => new(_claim.Bind(1, shard.Value).RunForInteger()!.Value);

    public void Dispose() => _database.Dispose();
}
