using System.Diagnostics;
using System.Globalization;
using Controller.Cluster.Membership;
using Controller.Cluster.Postgres.Wire;
using Controller.Cluster.Writing;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Npgsql;

namespace Controller.Cluster.Postgres;

/// <summary>
/// Makes one fenced transaction of the batches of many loops. Writer thread only. A batch that is refused leaves no trace, the others are done again
/// without it; a broken connection is replaced, the fate of what was under way is found out, and what did not happen is sent again: nothing is
/// lost by a database that comes back in time.
/// </summary>
internal sealed class PostgresStore(Sessions sessions, WriterSession session, Incarnation owner, TimeSpan tryFor) : IJournalStore, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(200);

    private readonly Lives _lives = new();
    private readonly WriteSet _set = new();
    private readonly HourlyTables _tables = new();
    private readonly HashSet<Fence> _lost = [];
    private bool _fenced;
    private long _number;
    private long _lastLife;

    public string Name => $"the journal in {sessions.Where}";

    public bool Commit(IReadOnlyList<JournalBatch> batches, AppendResult?[] results, long removeOutboxThrough)
    {
        long began = Stopwatch.GetTimestamp();
        TimeSpan pause = FirstPause;
        Array.Clear(results, 0, batches.Count);
        bool mayBeDone = false;
        while (true)
        {
            try
            {
                if (Settled() && mayBeDone)
                {
                    return true;
                }

                mayBeDone = false;
                Place(batches, results);
                if (_fenced || (_set.IsEmpty && removeOutboxThrough == 0))
                {
                    return true;
                }

                session.Connect();
                _tables.Ensure(session, _set.Buckets);
                IReadOnlyList<CommitStatement> transaction = _set.Transaction(owner, ++_number, removeOutboxThrough);
                mayBeDone = true;
                session.Execute(transaction, _number, _set.FirstRow);
                _lives.Settle(committed: true);
                return true;
            }
            catch (PostgresException refused) when (refused.SqlState is Ownership.FencedNode or Ownership.FencedShards)
            {
                mayBeDone = false;
                Lose(refused, batches);
            }
            catch (Exception failure) when (Sessions.IsBroken(failure))
            {
                session.Break();
                if (Stopwatch.GetElapsedTime(began) + pause > tryFor)
                {
                    return Failed(batches, results, failure);
                }

                Thread.Sleep(pause);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (PostgresException failure)
            {
                _lives.Settle(committed: false);
                return Failed(batches, results, failure);
            }
        }
    }

    /// <summary>What is in the store of these shards, all of it: they are ours now.</summary>
    public bool Learn(IReadOnlyDictionary<ShardId, Dictionary<ActorId, Life>> lives)
    {
        foreach ((ShardId shard, Dictionary<ActorId, Life> ofShard) in lives)
        {
            _lives.Learn(shard, ofShard);
        }

        return true;
    }

    public bool Forget(IReadOnlyList<ShardId> shards)
    {
        foreach (ShardId shard in shards)
        {
            _lives.Forget(shard);
            _lost.RemoveWhere(fence => fence.Shard == shard);
        }

        return true;
    }

    public void Dispose() => session.Dispose();

    /// <summary>Finds out what became of a commit that had no answer.</summary>
    /// <returns>True if it is done.</returns>
    private bool Settled()
    {
        if (session.InDoubt == 0)
        {
            return false;
        }

        bool committed = session.WasCommitted();
        _lives.Settle(committed);
        return committed;
    }

    private void Place(IReadOnlyList<JournalBatch> batches, AppendResult?[] results)
    {
        while (true)
        {
            _lives.Settle(committed: false);
            _set.Clear();
            int lost = _lost.Count;
            for (int i = 0; i < batches.Count; i++)
            {
                // What was refused for its sequence stays refused; the rest is looked at again.
                results[i] = results[i] is AppendResult.SequenceConflict conflict ? conflict : Refusal(batches[i].Entries);
                if (results[i] is null)
                {
                    Add(batches[i].Entries);
                    results[i] = AppendResult.Appended.Instance;
                }
            }

            if (_lost.Count == lost)
            {
                return;
            }
        }
    }

    private AppendResult? Refusal(IReadOnlyList<JournalEntry> entries)
    {
        foreach (JournalEntry entry in entries)
        {
            if (_fenced || _lost.Contains(entry.Fence))
            {
                return new AppendResult.Fenced(entry.Fence);
            }

            if (_set.Require(entry.Fence) is { } stale)
            {
                _lost.Add(stale);
                if (stale == entry.Fence)
                {
                    return new AppendResult.Fenced(entry.Fence);
                }
            }

            Life? life = _lives.Of(entry.Actor, entry.Fence.Shard);
            if (entry.Sequence != (life?.LastSequence ?? 0) + 1)
            {
                _lives.DropBatch();
                return new AppendResult.SequenceConflict(entry.Actor);
            }

            _lives.Set(entry.Actor, entry.Fence.Shard, entry.Forget ? null : Next(entry, life));
        }

        _lives.DropBatch();
        return null;
    }

    private void Add(IReadOnlyList<JournalEntry> entries)
    {
        foreach (JournalEntry entry in entries)
        {
            Life? before = _lives.Of(entry.Actor, entry.Fence.Shard);
            ShardId shard = entry.Fence.Shard;
            if (entry.Forget)
            {
                if (before is { } ended)
                {
                    _set.Died(entry.Actor, shard, ended);
                }

                _lives.Set(entry.Actor, entry.Fence.Shard, null);
            }
            else
            {
                Life life = Next(entry, before);
                if (before is null)
                {
                    _set.Born(entry.Actor, shard, life);
                }
                else if (entry.Supersedes)
                {
                    _set.Superseded(entry.Actor, shard, life);
                }

                _set.Row(entry, life);
                _lives.Set(entry.Actor, entry.Fence.Shard, life);
            }

            if (!entry.Outbox.IsEmpty)
            {
                _set.Deliver(shard, entry.Outbox);
            }
        }

        _lives.KeepBatch();
    }

    /// <summary>An actor's rows stay in the table of its first hour; one that supersedes the others takes it into the present one.</summary>
    private Life Next(in JournalEntry entry, Life? before) => before switch
    {
        null => new Life((owner.Number << 32) | (++_lastLife & uint.MaxValue), HourlyTables.BucketOf(entry.At), entry.Sequence, entry.Sequence),
        { } life when entry.Supersedes => life with { Bucket = HourlyTables.BucketOf(entry.At), FirstSequence = entry.Sequence, LastSequence = entry.Sequence },
        { } life => life with { LastSequence = entry.Sequence },
    };

    private void Lose(PostgresException refused, IReadOnlyList<JournalBatch> batches)
    {
        if (refused.SqlState == Ownership.FencedNode)
        {
            _fenced = true;
            return;
        }

        HashSet<int> shards = [.. refused.Detail!.Split(',').Select(shard => int.Parse(shard, CultureInfo.InvariantCulture))];
        foreach (JournalEntry entry in batches.SelectMany(batch => batch.Entries).Where(entry => shards.Contains(entry.Fence.Shard.Value)))
        {
            _lost.Add(entry.Fence);
        }
    }

    private bool Failed(IReadOnlyList<JournalBatch> batches, AppendResult?[] results, Exception failure)
    {
        var failed = new AppendResult.Failed(sessions.Describe(failure).Message);
        for (int i = 0; i < batches.Count; i++)
        {
            // What was refused is refused whatever the store does.
            results[i] = results[i] is null or AppendResult.Appended ? failed : results[i];
        }

        return false;
    }
}
