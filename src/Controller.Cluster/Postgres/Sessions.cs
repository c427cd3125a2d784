using System.Globalization;
using System.Net.Sockets;
using Controller.Cluster.Postgres.Wire;
using Controller.Sharding.Journal;
using Npgsql;

namespace Controller.Cluster.Postgres;

/// <summary>
/// Opens dedicated connections, straight to the server: advisory locks and ending a session by its name do not work through a pooler.
/// </summary>
internal sealed class Sessions
{
    /// <summary>Of connecting, and of what is asked while a node joins. Nothing waits for it yet: a server that has much to do, or a migration of another node, is no reason not to start.</summary>
    public static readonly TimeSpan JoinWithin = TimeSpan.FromSeconds(10);

    private readonly string _connection;
    private readonly string _settings;
    private readonly TimeSpan _answerWithin;

    /// <param name="waitsForDisk">False: what is committed may be lost with the server; for heartbeats, whose next one says it again.</param>
    /// <param name="openWithin">How long an attempt to connect may take, in whole seconds. One to a host that is gone must not hold the writer.</param>
    public Sessions(string connection, string name, TimeSpan answerWithin, bool waitsForDisk = true, int openWithin = 1)
    {
        Name = name;
        _answerWithin = answerWithin;
        _settings = $"SET synchronous_commit = {(waitsForDisk ? "on" : "off")}; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = '1s'";
        var builder = new NpgsqlConnectionStringBuilder(connection)
        {
            Pooling = false,
            ApplicationName = name,
            Timeout = openWithin,
            CommandTimeout = Math.Max(1, (int)Math.Ceiling(answerWithin.TotalSeconds)),
            // A cancelled commit during the wait for the standby counts as done; a cancellation itself opens a connection and may block. Neither is wanted.
            CancellationTimeout = -1,
            MaxAutoPrepare = 64,
            AutoPrepareMinUsages = 2,
            IncludeErrorDetail = true,
            NoResetOnClose = true,
            // An ownership transaction leaves in one piece: a process that is stopped has sent all of it or nothing.
            WriteBufferSize = 32 * 1024,
        };
        if (builder.Host?.Contains(',', StringComparison.Ordinal) == true)
        {
            // Of several hosts, the one that can be written. Nothing is remembered of them: connections are opened rarely, and then because something has changed.
            builder.TargetSessionAttributes ??= "read-write";
            builder.HostRecheckSeconds = 0;
        }

        _connection = builder.ConnectionString;
        Where = builder.Host?.Contains(',', StringComparison.Ordinal) == true ? $"PostgreSQL at {builder.Host}" : $"PostgreSQL at {builder.Host}:{builder.Port}";
    }

    /// <summary>The same, with <see cref="JoinWithin"/> for connecting; for a first connection, which is made before anybody waits for it.</summary>
    public static Sessions First(string connection, string name, TimeSpan answerWithin) => new(connection, name, answerWithin, openWithin: (int)JoinWithin.TotalSeconds);

    /// <summary>Name of the sessions in pg_stat_activity.</summary>
    public string Name { get; }

    /// <summary>As a user knows it.</summary>
    public string Where { get; }

    /// <exception cref="NpgsqlException"/>
    public NpgsqlConnection Open()
    {
        var connection = new NpgsqlConnection(_connection);
        try
        {
            connection.Open();
            // What was acknowledged must survive the server's crash, whatever its configuration says; with a standby, that of its host as well.
            connection.Run(_settings);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>The connection for commits, to the same server as <paramref name="at"/>: of several hosts, that one has found the one that can be written.</summary>
    /// <param name="settings">Of the session, as "-c NAME=VALUE".</param>
    /// <exception cref="NpgsqlException"/>
    public CommitConnection OpenForCommits(NpgsqlConnection at, string settings)
    {
        // Not those of the opened connection: it has no password any more.
        var given = new NpgsqlConnectionStringBuilder(_connection);
        string secure = given.SslMode switch
        {
            SslMode.VerifyCA => "verify-ca",
            SslMode.VerifyFull => "verify-full",
            var mode => mode.ToString().ToLowerInvariant(),
        };
        return CommitConnection.Open(
        [
            ("host", at.Host), ("port", at.Port.ToString(CultureInfo.InvariantCulture)), ("user", given.Username), ("password", given.Password), ("dbname", given.Database),
            ("passfile", given.Passfile), ("sslmode", secure), ("sslrootcert", given.RootCertificate), ("sslcert", given.SslCertificate), ("sslkey", given.SslKey),
            ("sslpassword", given.SslPassword), ("channel_binding", given.ChannelBinding.ToString().ToLowerInvariant()), ("krbsrvname", given.KerberosServiceName),
            ("application_name", Name), ("connect_timeout", given.Timeout.ToString(CultureInfo.InvariantCulture)), ("client_encoding", "UTF8"),
            ("options", $"{given.Options} -c synchronous_commit=on -c statement_timeout=0 -c idle_in_transaction_session_timeout=1s {settings}"),
        ], _answerWithin);
    }

    /// <summary>One line for the user.</summary>
    public JournalException Describe(Exception failure) => failure switch
    {
        JournalException described => described,
        PostgresException answer => new JournalException($"{Where}: {answer.MessageText} ({answer.SqlState})", failure),
        NpgsqlException { InnerException: SocketException socket } => new JournalException($"{Where} cannot be reached: {socket.Message}", failure),
        _ => new JournalException($"{Where}: {failure.Message.ReplaceLineEndings(" ")}", failure),
    };

    /// <summary>The connection is gone, or cannot be trusted: what was under way on it may have happened or not.</summary>
    public static bool IsBroken(Exception failure) => failure switch
    {
        // 57P01-57P03: shut down, crashed, starting up. 25006: it is a standby now. Class 08: connection.
        PostgresException answer => answer.SqlState.StartsWith("57P", StringComparison.Ordinal) || answer.SqlState.StartsWith("08", StringComparison.Ordinal) || answer.SqlState == "25006",
        NpgsqlException or IOException or TimeoutException or SocketException or ObjectDisposedException => true,
        InvalidOperationException => true,
        _ => false,
    };
}
