using Controller.Cluster.Postgres.Wire;
using Controller.Sharding.Journal;

namespace Controller.Cluster.Postgres;

/// <summary>Rows for one table.</summary>
internal sealed class RowColumns
{
    private readonly ArrayColumn _actors = new(ArrayColumn.ByteArray), _lives = new(ArrayColumn.Int64), _sequences = new(ArrayColumn.Int64), _shards = new(ArrayColumn.Int16);
    private readonly ArrayColumn _epochs = new(ArrayColumn.Int64), _instants = new(ArrayColumn.Int64), _payloads = new(ArrayColumn.ByteArray);

    public void Add(in JournalEntry entry, Life life)
    {
        StoredActor.Write(entry.Actor, _actors.Next(StoredActor.Length));
        _lives.Add(life.Id);
        _sequences.Add(entry.Sequence);
        _shards.Add((short)entry.Fence.Shard.Value);
        _epochs.Add(entry.Fence.Epoch.Value);
        _instants.Add(entry.At.Milliseconds);
        _payloads.Add(entry.Payload.Span);
    }

    public void AddTo(CommitStatement statement) => statement.Add(_actors).Add(_lives).Add(_sequences).Add(_shards).Add(_epochs).Add(_instants).Add(_payloads);

    public void Clear()
    {
        _actors.Clear();
        _lives.Clear();
        _sequences.Clear();
        _shards.Clear();
        _epochs.Clear();
        _instants.Clear();
        _payloads.Clear();
    }
}
