using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Controller.Sharding.Journal;
using Npgsql;

namespace Controller.Cluster.Postgres.Wire;

/// <summary>
/// The connection over which commits go: one send, one wait of the calling thread itself, one read (docs/adr/0048). One thread at a time. After anything but a
/// <see cref="PostgresException"/> it is of no use any more.
/// </summary>
internal sealed class CommitConnection : IDisposable
{
    // A new one an hour, or two.
    private const int MostPrepared = 32;

    private readonly Dictionary<string, string> _prepared = [];
    private readonly TimeSpan _within;
    private nint _connection;

    private CommitConnection(nint connection, TimeSpan within) => (_connection, _within) = (connection, within);

    /// <summary>The session's number at the server.</summary>
    public int Session => Libpq.ServerProcess(_connection);

    /// <exception cref="JournalException">The library is not installed, or too old.</exception>
    public static void EnsureInstalled()
    {
        if (!NativeLibrary.TryLoad(Libpq.Library, out nint library) || !NativeLibrary.TryGetExport(library, "PQenterPipelineMode", out _))
        {
            throw new JournalException($"the system's PostgreSQL library ({Libpq.Library}, 14 or newer) is missing: install it with apt-get install libpq5");
        }
    }

    /// <param name="keywords">As libpq knows them; those without a value are left out.</param>
    /// <param name="within">An answer that takes longer is not waited for.</param>
    /// <exception cref="NpgsqlException">The server cannot be reached or refuses.</exception>
    public static unsafe CommitConnection Open(IReadOnlyList<(string Name, string? Value)> keywords, TimeSpan within)
    {
        (string Name, string? Value)[] given = [.. keywords.Where(keyword => !string.IsNullOrEmpty(keyword.Value))];
        var opened = new CommitConnection(Libpq.Connect([.. given.Select(keyword => keyword.Name), null], [.. given.Select(keyword => keyword.Value), null], 0), within);
        Libpq.SetNoticeReceiver(opened._connection, (nint)(delegate* unmanaged[Cdecl]<nint, nint, void>)&Ignore, 0);
        if (Libpq.Status(opened._connection) != Libpq.ConnectionOk || Libpq.SetNonBlocking(opened._connection, 1) != 0 || Libpq.EnterPipeline(opened._connection) != 1)
        {
            NpgsqlException failure = opened.Broken();
            opened.Dispose();
            throw failure;
        }

        return opened;
    }

    /// <summary>One transaction. It is prepared at its first use, which is a round trip more.</summary>
    /// <exception cref="PostgresException">Refused: nothing of it has happened.</exception>
    /// <exception cref="NpgsqlException">Broken: it has happened or not. A <see cref="TimeoutException"/> likewise.</exception>
    public void Execute(IReadOnlyList<CommitStatement> statements)
    {
        if (_prepared.Count + statements.Count > MostPrepared)
        {
            Forget();
        }

        foreach (CommitStatement statement in statements)
        {
            if (!_prepared.ContainsKey(statement.Sql))
            {
                Prepare(statement);
            }
        }

        foreach (CommitStatement statement in statements)
        {
            Require(Libpq.SendPrepared(_connection, _prepared[statement.Sql], statement.Count, statement.Values, statement.Lengths, statement.Formats, 1) == 1);
        }

        Complete();
    }

    public void Dispose()
    {
        if (_connection != 0)
        {
            Libpq.Finish(_connection);
            _connection = 0;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Ignore(nint argument, nint notice)
    {
        // The library would write it to the standard error.
    }

    private static PostgresException Refusal(nint result) => new(
        Libpq.Text(Libpq.ErrorField(result, Libpq.Message)) ?? "", Severity(result), Severity(result), Libpq.Text(Libpq.ErrorField(result, Libpq.SqlState))!,
        Libpq.Text(Libpq.ErrorField(result, Libpq.Detail)));

    private static string Severity(nint result) => Libpq.Text(Libpq.ErrorField(result, Libpq.Severity)) ?? "";

    private void Forget()
    {
        Require(Libpq.SendPrepare(_connection, "", "DEALLOCATE ALL", 0, 0) == 1 && Libpq.SendPrepared(_connection, "", 0, [], [], [], 1) == 1);
        Complete();
        _prepared.Clear();
    }

    private void Prepare(CommitStatement statement)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"c{_prepared.Count}");
        Require(Libpq.SendPrepare(_connection, name, statement.Sql, 0, 0) == 1);
        Complete();
        _prepared.Add(statement.Sql, name);
    }

    /// <summary>Ends the transaction and takes all its answers, of which the first failure counts.</summary>
    private void Complete()
    {
        long began = Stopwatch.GetTimestamp();
        Require(Libpq.SendSync(_connection) == 1);
        while (Libpq.Flush(_connection) is var rest && rest != 0)
        {
            // The server may not read because its own answers are not read.
            Require(rest == 1);
            Wait(Libpq.Readable | Libpq.Writable, began);
            Require(Libpq.ConsumeInput(_connection) == 1);
        }

        PostgresException? refused = null;
        while (true)
        {
            while (Libpq.IsBusy(_connection) == 1)
            {
                Wait(Libpq.Readable, began);
                Require(Libpq.ConsumeInput(_connection) == 1);
            }

            // Nothing stands between one statement's results and the next one's; of a connection that is lost, nothing else comes.
            nint result = Libpq.GetResult(_connection);
            int status = result == 0 ? 0 : Libpq.ResultStatus(result);
            if (status == Libpq.FatalError && Libpq.ErrorField(result, Libpq.SqlState) != 0)
            {
                refused ??= Refusal(result);
            }

            Libpq.Clear(result);
            if (status == Libpq.PipelineSync)
            {
                break;
            }

            Require(Libpq.Status(_connection) == Libpq.ConnectionOk);
        }

        if (refused is not null)
        {
            throw refused;
        }
    }

    /// <exception cref="TimeoutException"/>
    private void Wait(short what, long began)
    {
        var request = new Libpq.PollRequest { Socket = Libpq.Socket(_connection), Wanted = what };
        while (true)
        {
            TimeSpan left = _within - Stopwatch.GetElapsedTime(began);
            int found = left <= TimeSpan.Zero ? 0 : Libpq.Poll(ref request, 1, (int)Math.Ceiling(left.TotalMilliseconds));
            if (found > 0)
            {
                return;
            }

            if (found == 0)
            {
                throw new TimeoutException($"no answer within {_within.TotalSeconds:F0} s");
            }

            Require(Marshal.GetLastPInvokeError() == Libpq.Interrupted);
        }
    }

    private void Require(bool works)
    {
        if (!works)
        {
            throw Broken();
        }
    }

    private NpgsqlException Broken() => new((Libpq.Text(Libpq.ErrorMessage(_connection)) ?? "out of memory").Trim());
}
