using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Sharding.Embedded;

/// <summary>The tables of <see cref="InMemoryJournal"/>; guarded by its lock.</summary>
internal sealed class InMemoryRows
{
    private readonly Dictionary<ActorId, ActorRows> _actors = [];
    private readonly LinkedList<OutboxRow> _outbox = new();
    private long _outboxId;
    private long _batch;

    public IEnumerable<OutboxRow> Outbox => _outbox;

    public IEnumerable<JournalRow> OfShards(IReadOnlySet<ShardId> shards) =>
        _actors.Values.Where(a => shards.Contains(a.Shard)).OrderBy(a => a.Rows.Count == 0 ? default : a.Rows[0].Actor.Key).SelectMany(a => a.Rows);

    public JournalRow[] Of(ActorId actor) => _actors.TryGetValue(actor, out var found) ? [.. found.Rows] : [];

    public void RemoveOutbox(long throughId)
    {
        while (_outbox.First is { } first && first.Value.Id <= throughId)
        {
            _outbox.RemoveFirst();
        }
    }

    /// <summary>The first actor whose entry does not continue its rows; null if all do. Looks only.</summary>
    public ActorId? Conflict(IReadOnlyList<JournalEntry> entries)
    {
        _batch++;
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (!_actors.TryGetValue(entry.Actor, out var rows))
            {
                _actors.Add(entry.Actor, rows = new ActorRows(entry.Fence.Shard));
            }

            if (rows.Batch != _batch)
            {
                rows.Batch = _batch;
                rows.Tentative = rows.Rows.Count == 0 ? 0 : rows.Rows[^1].Sequence;
            }

            if (entry.Sequence != rows.Tentative + 1)
            {
                return entry.Actor;
            }

            rows.Tentative = entry.Forget ? 0 : entry.Sequence;
        }

        return null;
    }

    public void Apply(IReadOnlyList<JournalEntry> entries)
    {
        for (var i = 0; i < entries.Count; i++)
        {
            var entry = entries[i];
            if (!entry.Outbox.IsEmpty)
            {
                _outbox.AddLast(new OutboxRow(++_outboxId, entry.Outbox.ToArray()));
            }

            if (entry.Forget)
            {
                _actors.Remove(entry.Actor);
                continue;
            }

            if (!_actors.TryGetValue(entry.Actor, out var rows))
            {
                _actors.Add(entry.Actor, rows = new ActorRows(entry.Fence.Shard));
            }

            if (entry.Supersedes)
            {
                rows.Rows.Clear();
            }

            rows.Rows.Add(new JournalRow(entry.Actor, entry.Sequence, entry.At, entry.Payload.ToArray()));
        }
    }

    private sealed class ActorRows(ShardId shard)
    {
        public ShardId Shard { get; } = shard;
        public List<JournalRow> Rows { get; } = [];
        public long Batch { get; set; }
        public long Tentative { get; set; }
    }
}
