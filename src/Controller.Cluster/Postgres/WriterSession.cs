using System.Diagnostics;
using Controller.Cluster.Membership;
using Controller.Cluster.Postgres.Wire;
using Controller.Sharding.Model;
using Npgsql;
using static Controller.Cluster.Postgres.Commands;

namespace Controller.Cluster.Postgres;

/// <summary>
/// The connection that writes, and what to do when it breaks in the middle of a commit: the session behind it may still be at work, so it is ended
/// first, and then its first row says whether the commit happened, or if it has none, the mark in <c>last_batch</c>.
/// </summary>
/// <param name="first">For the first connection, which the node makes while it joins.</param>
/// <remarks>The writer's thread, but for <see cref="EnsureOver"/>: a reader that comes between must not see the state before a commit that then happens.</remarks>
internal sealed class WriterSession(Sessions sessions, Sessions first, Incarnation owner) : IDisposable
{
    // What the writer asks for it finds by key, and one plan is as good as the next: none is made for each commit, nor from the statistics of a table that was empty a minute ago.
    private const string PlanByKey =
        "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_bitmapscan=off -c jit=off";

    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(2);

    private readonly Lock _one = new();
    private CommitConnection? _connection;
    private int _session;
    private int _sessionInDoubt;
    private (int Bucket, ActorId Actor, long Life, long Sequence)? _firstRow;

    /// <summary>The last batch that was sent and not answered; 0 if there is none.</summary>
    public long InDoubt { get; private set; }

    /// <summary>Connects if there is no connection.</summary>
    /// <exception cref="NpgsqlException">The server cannot be reached.</exception>
    public void Connect()
    {
        if (_connection is null)
        {
            Sessions by = _session == 0 ? first : sessions;
            using NpgsqlConnection asking = Ask(by);
            _connection = by.OpenForCommits(asking, PlanByKey);
            _session = _connection.Session;
        }
    }

    /// <summary>A connection for what is seldom asked beside the commits: the session of a broken one has ended, one way or the other. The caller's.</summary>
    /// <exception cref="NpgsqlException">The server cannot be reached.</exception>
    public NpgsqlConnection Ask() => Ask(sessions);

    /// <summary>Runs the transaction of batch <paramref name="number"/>; if it throws, <see cref="InDoubt"/> says whether its fate is open.</summary>
    /// <param name="firstRow">See <see cref="WriteSet.FirstRow"/>.</param>
    public void Execute(IReadOnlyList<CommitStatement> transaction, long number, (int Bucket, ActorId Actor, long Life, long Sequence)? firstRow)
    {
        (InDoubt, _firstRow) = (number, firstRow);
        try
        {
            _connection!.Execute(transaction);
            InDoubt = 0;
        }
        catch (Exception failure) when (!Sessions.IsBroken(failure))
        {
            InDoubt = 0;
            throw;
        }
    }

    /// <summary>Whether the batch in doubt was committed. After <see cref="Break"/>.</summary>
    public bool WasCommitted()
    {
        using NpgsqlConnection asking = Ask();
        bool committed;
        if (_firstRow is { } row)
        {
            committed = asking.Read<bool>($"SELECT EXISTS (SELECT FROM {HourlyTables.Name(row.Bucket)} WHERE actor = $1 AND life = $2 AND seq = $3)",
                Of(StoredActor.Of(row.Actor)), Of(row.Life), Of(row.Sequence));
        }
        else
        {
            committed = asking.Read<long>("SELECT batch FROM last_batch WHERE node_id = $1 AND incarnation = $2", Of(owner.Node.Value), Of(owner.Number)) == InDoubt;
        }

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

    private NpgsqlConnection Ask(Sessions by)
    {
        NpgsqlConnection asking = by.Open();
        try
        {
            EnsureOver(asking);
            return asking;
        }
        catch
        {
            asking.Dispose();
            throw;
        }
    }
}
