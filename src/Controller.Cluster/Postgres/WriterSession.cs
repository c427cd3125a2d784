using Controller.Cluster.Membership;
using System.Diagnostics;
using Npgsql;
using static Controller.Cluster.Postgres.Commands;

namespace Controller.Cluster.Postgres;

/// <summary>
/// The connection that writes, and what to do when it breaks in the middle of a commit: the session behind it may still be at work, so it is ended
/// first, and then the mark in <c>last_batch</c> says whether the commit happened.
/// </summary>
/// <remarks>The writer's thread, but for <see cref="EnsureOver"/>: a reader that comes between must not see the state before a commit that then happens.</remarks>
internal sealed class WriterSession(Sessions sessions, Incarnation owner) : IDisposable
{
    // What the writer asks for it finds by key, and one plan is as good as the next: none is made for each commit, nor from the statistics of a table that was empty a minute ago.
    private const string PlanByKey =
        "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_bitmapscan = off; SET jit = off";

    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(2);

    private readonly Lock _one = new();
    private NpgsqlConnection? _connection;
    private int _session;
    private int _sessionInDoubt;

    /// <summary>The last batch that was sent and not answered; 0 if there is none.</summary>
    public long InDoubt { get; private set; }

    /// <exception cref="NpgsqlException">The server cannot be reached.</exception>
    public NpgsqlConnection Connection()
    {
        if (_connection is null)
        {
            NpgsqlConnection fresh = sessions.Open();
            try
            {
                fresh.Run(PlanByKey);
                EnsureOver(fresh);
            }
            catch
            {
                fresh.Dispose();
                throw;
            }

            _connection = fresh;
            _session = fresh.ProcessID;
        }

        return _connection;
    }

    /// <summary>Runs the transaction of batch <paramref name="number"/>; if it throws, <see cref="InDoubt"/> says whether its fate is open.</summary>
    public void Execute(NpgsqlBatch transaction, long number)
    {
        InDoubt = number;
        try
        {
            transaction.ExecuteNonQuery();
            InDoubt = 0;
        }
        catch (Exception failure) when (!Sessions.IsBroken(failure))
        {
            InDoubt = 0;
            throw;
        }
    }

    /// <summary>Whether the batch in doubt was committed. On a new connection, after <see cref="Break"/>.</summary>
    public bool WasCommitted()
    {
        long last = Connection().Read<long>("SELECT batch FROM last_batch WHERE node_id = $1 AND incarnation = $2", Of(owner.Node.Value), Of(owner.Number));
        bool committed = last == InDoubt;
        InDoubt = 0;
        return committed;
    }

    /// <summary>The connection is not to be trusted any more.</summary>
    public void Break()
    {
        if (_connection is { } broken)
        {
            lock (_one)
            {
                _sessionInDoubt = _session;
            }

            _connection = null;
            broken.Dispose();
        }
    }

    /// <summary>Any thread, on its own connection: the session of a broken connection has ended, one way or the other.</summary>
    public void EnsureOver(NpgsqlConnection connection)
    {
        lock (_one)
        {
            long began = Stopwatch.GetTimestamp();
            while (_sessionInDoubt != 0)
            {
                bool alive = connection.Read<bool>(
                    "SELECT coalesce(bool_or(pg_terminate_backend(pid)), false) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2", Of(_sessionInDoubt), Of(owner.SessionName));
                if (!alive)
                {
                    _sessionInDoubt = 0;
                }
                else if (Stopwatch.GetElapsedTime(began) > EndsWithin)
                {
                    throw new TimeoutException("the session of a broken connection does not end");
                }
            }
        }
    }

    public void Dispose() => _connection?.Dispose();
}
