using System.Security.Cryptography;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Sharding.Embedded;

/// <summary>
/// A journal without a disk, with the semantics of a real one, for tests and simulations. It outlives the engines that use it, so
/// that a crash is a new engine on the same journal; a commit can be held, lost or made ambiguous.
/// </summary>
/// <param name="threaded">False: commits happen on the thread that appends or releases, so that a simulation is one thread.</param>
public sealed class InMemoryJournal(bool threaded = true) : IJournal
{
    private readonly Lock _gate = new();
    private readonly InMemoryRows _rows = new();
    private readonly Dictionary<ShardId, Epoch> _epochs = [];
    private readonly Queue<JournalBatch> _queue = [];
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly SemaphoreSlim _work = new(0);   // never disposed: a late Append after Dispose must not throw
    private Thread? _writer;
    private string? _failure;
    private int _failures;
    private bool _failuresCommit;
    private bool _withheld;
    private bool _completionsLost;
    private volatile bool _closed;

    /// <summary>Batches that wait because commits are withheld.</summary>
    public int Withheld
    {
        get
        {
            lock (_gate)
            {
                return _queue.Count;
            }
        }
    }

    /// <summary>Called after each commit, on the thread that commits, before the batch is completed. For checkers.</summary>
    public Action<IReadOnlyList<JournalEntry>>? Committed { get; set; }

    public JournalClaim Claim(IReadOnlyList<ShardId> shards)
    {
        lock (_gate)
        {
            var fences = new Fence[shards.Count];
            for (var i = 0; i < fences.Length; i++)
            {
                var next = _epochs.GetValueOrDefault(shards[i]).Next;
                _epochs[shards[i]] = next;
                fences[i] = new Fence(shards[i], next);
            }

            return new JournalClaim(fences, _secret);
        }
    }

    public void Append(JournalBatch batch)
    {
        lock (_gate)
        {
            _queue.Enqueue(batch);
            if (threaded && _writer is null)
            {
                _writer = new Thread(WriteLoop) { IsBackground = true, Name = "in-memory-journal" };
                _writer.Start();
            }
        }

        Kick();
    }

    public void Recover(IReadOnlyCollection<ShardId> shards, Action<JournalRow> row)
    {
        List<JournalRow> found;
        lock (_gate)
        {
            found = _rows.OfShards(shards.ToHashSet()).ToList();
        }

        found.ForEach(row);
    }

    public void Forget(IReadOnlyList<ShardId> shards)
    {
        // The rows are all there is to know.
    }

    public IReadOnlyList<JournalRow> Load(ActorId actor)
    {
        lock (_gate)
        {
            return _rows.Of(actor);
        }
    }

    public IReadOnlyList<OutboxRow> ReadOutbox(int limit)
    {
        lock (_gate)
        {
            return _rows.Outbox.Take(limit).ToArray();
        }
    }

    public void RemoveOutbox(long throughId)
    {
        lock (_gate)
        {
            _rows.RemoveOutbox(throughId);
        }
    }

    /// <summary>From now on nothing is committed and nothing completes, until <see cref="ReleaseCommits"/>.</summary>
    public void WithholdCommits()
    {
        lock (_gate)
        {
            _withheld = true;
        }
    }

    public void ReleaseCommits()
    {
        lock (_gate)
        {
            _withheld = false;
        }

        Kick();
    }

    /// <summary>Commits the oldest withheld batch.</summary>
    /// <returns>False if there was none.</returns>
    public bool CommitNext() => CommitOne(evenIfWithheld: true);

    /// <summary>The next batches fail. With <paramref name="commit"/> they are stored nevertheless: the outcome that nobody knows.</summary>
    public void FailNext(string reason, int batches = 1, bool commit = false)
    {
        lock (_gate)
        {
            (_failure, _failures, _failuresCommit) = (reason, batches, commit);
        }
    }

    /// <summary>From now on batches are committed and never completed: the node dies between commit and send.</summary>
    public void LoseCompletions() => _completionsLost = true;

    /// <summary>A new node starts on this journal: batches of the old one that are still withheld are lost with it.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            _queue.Clear();
            (_withheld, _completionsLost, _failures) = (false, false, 0);
        }
    }

    public void Dispose()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        _work.Release();
        _writer?.Join();
        while (_queue.TryDequeue(out var batch))
        {
            batch.Completed(new AppendResult.Failed("the journal is closed"));
        }
    }

    private void Kick()
    {
        if (threaded)
        {
            _work.Release();
            return;
        }

        while (CommitOne(evenIfWithheld: false))
        {
        }
    }

    private void WriteLoop()
    {
        while (!_closed)
        {
            _work.Wait();
            while (!_closed && CommitOne(evenIfWithheld: false))
            {
            }
        }
    }

    private bool CommitOne(bool evenIfWithheld)
    {
        JournalBatch? batch;
        AppendResult result;
        lock (_gate)
        {
            if ((_withheld && !evenIfWithheld) || !_queue.TryDequeue(out batch))
            {
                return false;
            }

            result = Commit(batch.Entries);
        }

        if (result is AppendResult.Appended)
        {
            Committed?.Invoke(batch.Entries);
        }

        if (!_completionsLost)
        {
            batch.Completed(result);
        }

        return true;
    }

    private AppendResult Commit(IReadOnlyList<JournalEntry> entries)
    {
        var fails = _failures > 0;
        if (fails)
        {
            _failures--;
            if (!_failuresCommit)
            {
                return new AppendResult.Failed(_failure!);
            }
        }

        foreach (var entry in entries)
        {
            if (_epochs.GetValueOrDefault(entry.Fence.Shard) != entry.Fence.Epoch)
            {
                return new AppendResult.Fenced(entry.Fence);
            }
        }

        if (_rows.Conflict(entries) is { } actor)
        {
            return new AppendResult.SequenceConflict(actor);
        }

        _rows.Apply(entries);
        return fails ? new AppendResult.Failed(_failure!) : AppendResult.Appended.Instance;
    }
}
