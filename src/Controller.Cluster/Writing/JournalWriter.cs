using System.Collections.Concurrent;
using Controller.Sharding.Journal;
using Controller.Sharding.Threads;

namespace Controller.Cluster.Writing;

/// <summary>
/// The one thread that writes. It commits at once when idle; while a commit runs, whatever is queued meanwhile (batches of many loops)
/// becomes the next one, and completions are called in order of submission.
/// </summary>
internal sealed class JournalWriter : IDisposable
{
    // Bounds the time of one commit, and so the wait of the next.
    private const int MaxEntries = 2000;

    private readonly IJournalStore _store;
    private readonly Thread _thread;
    private readonly ConcurrentQueue<object> _queue = new();
    private readonly Sleeper _sleeper = new();
    private readonly List<JournalBatch> _batches = [];
    private AppendResult?[] _results = new AppendResult?[64];
    private long _removeThrough;
    private volatile bool _closing;
    private volatile bool _closed;

    public JournalWriter(IJournalStore store)
    {
        _store = store;
        _thread = new Thread(Run) { Name = "journal", IsBackground = true };
        _thread.Start();
    }

    public void Append(JournalBatch batch) => Enqueue(batch);

    /// <summary>Runs on the writer's thread, outside of any commit: behind what was queued before, ahead of what is queued later.</summary>
    public Task<T> Between<T>(Func<T> work)
    {
        var interlude = new Interlude<T>(work);
        Enqueue(interlude);
        return interlude.Outcome;
    }

    /// <summary>Goes with the next commit. If none works, the rows stay and are delivered again.</summary>
    public void RemoveOutbox(long throughId)
    {
        long before = Volatile.Read(ref _removeThrough);
        while (before < throughId)
        {
            long seen = Interlocked.CompareExchange(ref _removeThrough, throughId, before);
            if (seen == before)
            {
                break;
            }

            before = seen;
        }

        _sleeper.Wake();
    }

    /// <summary>Commits what is queued, then ends.</summary>
    public void Dispose()
    {
        if (_closing)
        {
            return;
        }

        _closing = true;
        _sleeper.Wake();
        _thread.Join();
        _closed = true;
        Refuse();
    }

    private void Enqueue(object item)
    {
        _queue.Enqueue(item);
        if (_closed)
        {
            Refuse();
            return;
        }

        _sleeper.Wake();
    }

    private void Run()
    {
        while (true)
        {
            if (_queue.IsEmpty && !HasRemoval)
            {
                if (_closing)
                {
                    return;
                }

                Sleep();
                continue;
            }

            CommitNext();
        }
    }

    private bool HasRemoval => Volatile.Read(ref _removeThrough) > 0;

    private void Sleep()
    {
        _sleeper.FallAsleep();
        if (_queue.IsEmpty && !HasRemoval && !_closing)
        {
            _sleeper.Sleep(Timeout.InfiniteTimeSpan);
        }
        else
        {
            _sleeper.Stay();
        }
    }

    private void CommitNext()
    {
        Interlude? interlude = Take();
        if (_batches.Count > 0 || HasRemoval)
        {
            Commit();
        }

        interlude?.Run();
    }

    /// <summary>Moves what is queued into the next commit, up to its size or to an interlude, which comes after it.</summary>
    private Interlude? Take()
    {
        int entries = 0;
        while (entries < MaxEntries && _queue.TryDequeue(out object? item))
        {
            if (item is Interlude interlude)
            {
                return interlude;
            }

            var batch = (JournalBatch)item;
            _batches.Add(batch);
            entries += batch.Entries.Count;
        }

        return null;
    }

    private void Commit()
    {
        if (_results.Length < _batches.Count)
        {
            _results = new AppendResult?[_batches.Count * 2];
        }

        long removeThrough = Volatile.Read(ref _removeThrough);
        bool worked = _store.Commit(_batches, _results, removeThrough);

        // A removal alone is not tried for ever against a store that fails.
        if (worked || _batches.Count == 0)
        {
            Interlocked.CompareExchange(ref _removeThrough, 0, removeThrough);
        }

        for (int i = 0; i < _batches.Count; i++)
        {
            _batches[i].Completed(_results[i]!);
        }

        _batches.Clear();
    }

    private void Refuse()
    {
        while (_queue.TryDequeue(out object? item))
        {
            string reason = $"{_store.Name} is closed";
            if (item is JournalBatch batch)
            {
                batch.Completed(new AppendResult.Failed(reason));
            }
            else
            {
                ((Interlude)item).Refuse(new JournalException(reason));
            }
        }
    }

    private abstract class Interlude
    {
        public abstract void Run();

        public abstract void Refuse(JournalException why);
    }

    private sealed class Interlude<T>(Func<T> work) : Interlude
    {
        private readonly TaskCompletionSource<T> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Outcome => _outcome.Task;

        public override void Run()
        {
            try
            {
                _outcome.TrySetResult(work());
            }
            catch (JournalException failure)
            {
                _outcome.TrySetException(failure);
            }
        }

        public override void Refuse(JournalException why) => _outcome.TrySetException(why);
    }
}
