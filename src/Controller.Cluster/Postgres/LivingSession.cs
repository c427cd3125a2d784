using Npgsql;
using static Controller.Cluster.Postgres.Commands;

namespace Controller.Cluster.Postgres;

/// <summary>
/// One connection, opened when it is needed and again after a failure. One caller at a time. Each answer comes within the time of its <see cref="Sessions"/>
/// or the connection is left behind; the session at its other end is ended as soon as the server can be reached, for it may hold locks.
/// </summary>
/// <param name="first">For the first connection, where that may take longer.</param>
/// <param name="looksFirst">A server that was restarted has ended an idle connection: that is seen before the work, not in the middle of it.</param>
internal sealed class LivingSession(Sessions sessions, Sessions? first = null, bool looksFirst = true) : IDisposable
{
    private readonly Lock _one = new();
    private NpgsqlConnection? _connection;
    private int _session;
    private int _leftBehind;

    /// <exception cref="NpgsqlException">And whatever <paramref name="work"/> throws; then the connection is not used again.</exception>
    public T Run<T>(Func<NpgsqlConnection, T> work)
    {
        lock (_one)
        {
            try
            {
                return work(Living());
            }
            catch
            {
                Drop();
                throw;
            }
        }
    }

    public void Dispose()
    {
        lock (_one)
        {
            Drop();
        }
    }

    private NpgsqlConnection Living()
    {
        if (_connection is { } idle)
        {
            if (!looksFirst)
            {
                return idle;
            }

            try
            {
                idle.Run("SELECT 1");
                return idle;
            }
            catch (Exception failure) when (Sessions.IsBroken(failure))
            {
                Drop();
            }
        }

        _connection = (_session == 0 && first is not null ? first : sessions).Open();
        _session = _connection.ProcessID;
        if (_leftBehind != 0)
        {
            _connection.Run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = $1 AND application_name = $2", Of(_leftBehind), Of(sessions.Name));
            _leftBehind = 0;
        }

        return _connection;
    }

    private void Drop()
    {
        if (_connection is { } dropped)
        {
            _connection = null;
            _leftBehind = _session;
            dropped.Dispose();
        }
    }
}
