using System.Runtime.InteropServices;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Sqlite.Log;

/// <summary>
/// Which batches may be in the commit to come: under the newest epoch of every shard, and each entry the next of its actor. Looks and counts; the index
/// changes when the commit is durable.
/// </summary>
internal sealed class Admission
{
    private readonly Dictionary<ActorId, Standing> _pending = [];
    private readonly List<(ActorId Actor, Standing Before)> _batch = [];
    private LogIndex _index = null!;
    private Epochs _epochs = null!;
    private Instant _at;

    /// <summary>What the admitted entries take.</summary>
    public int Octets { get; private set; }

    /// <summary>Live rows with them, less those without.</summary>
    public int LiveRows { get; private set; }

    /// <summary>How many have a record for the outbox.</summary>
    public int OutboxRecords { get; private set; }

    /// <summary>The last of their decisions.</summary>
    public Instant At => Octets == 0 ? _index.LastAt : _at;

    public void Begin(LogIndex index, Epochs epochs)
    {
        (_index, _epochs) = (index, epochs);
        _pending.Clear();
        (Octets, LiveRows, OutboxRecords, _at) = (0, 0, 0, Instant.Zero);
    }

    public AppendResult Admit(IReadOnlyList<JournalEntry> entries)
    {
        for (int i = 0; i < entries.Count; i++)
        {
            if (!_epochs.Stands(entries[i].Fence))
            {
                return new AppendResult.Fenced(entries[i].Fence);
            }
        }

        _batch.Clear();
        for (int i = 0; i < entries.Count; i++)
        {
            JournalEntry entry = entries[i];
            if (!Follows(entry))
            {
                Undo();
                return new AppendResult.SequenceConflict(entry.Actor);
            }
        }

        for (int i = 0; i < entries.Count; i++)
        {
            JournalEntry entry = entries[i];
            Octets = checked(Octets + LogRecord.LengthOf(entry));
            OutboxRecords += entry.Outbox.IsEmpty ? 0 : 1;
            _at = entry.At > _at ? entry.At : _at;
        }

        return AppendResult.Appended.Instance;
    }

    private bool Follows(in JournalEntry entry)
    {
        ref Standing standing = ref CollectionsMarshal.GetValueRefOrAddDefault(_pending, entry.Actor, out bool seen);
        if (!seen)
        {
            standing = _index.Actors.StandingOf(entry.Actor);
        }

        if (entry.Sequence != standing.Reached + 1)
        {
            return false;
        }

        _batch.Add((entry.Actor, standing));
        Standing next = entry.Forget ? default : new Standing(entry.Sequence, entry.Supersedes ? 1 : standing.Rows + 1);
        LiveRows += next.Rows - standing.Rows;
        standing = next;
        return true;
    }

    private void Undo()
    {
        for (int i = _batch.Count - 1; i >= 0; i--)
        {
            (ActorId actor, Standing before) = _batch[i];
            LiveRows += before.Rows - _pending[actor].Rows;
            _pending[actor] = before;
        }
    }
}
