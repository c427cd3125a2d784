using System.Runtime.InteropServices;

namespace Controller.Cluster.Postgres.Wire;

/// <summary>PostgreSQL's own client library, bound to the system's (Debian: libpq5): what a commit needs of it, and the wait for its socket.</summary>
internal static partial class Libpq
{
    public const string Library = "libpq.so.5";

    public const int ConnectionOk = 0;
    public const int FatalError = 7, PipelineSync = 10;
    public const int Severity = 'V', SqlState = 'C', Message = 'M', Detail = 'D';
    public const short Readable = 1, Writable = 4;
    public const int Interrupted = 4; // EINTR

    /// <summary>Never null. The caller finishes it, whatever its status is.</summary>
    [LibraryImport(Library, EntryPoint = "PQconnectdbParams", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint Connect(string?[] keywords, string?[] values, int expandDatabase);

    [LibraryImport(Library, EntryPoint = "PQfinish")]
    public static partial void Finish(nint connection);

    [LibraryImport(Library, EntryPoint = "PQstatus")]
    public static partial int Status(nint connection);

    [LibraryImport(Library, EntryPoint = "PQerrorMessage")]
    public static partial nint ErrorMessage(nint connection);

    [LibraryImport(Library, EntryPoint = "PQsocket")]
    public static partial int Socket(nint connection);

    [LibraryImport(Library, EntryPoint = "PQbackendPID")]
    public static partial int ServerProcess(nint connection);

    [LibraryImport(Library, EntryPoint = "PQsetnonblocking")]
    public static partial int SetNonBlocking(nint connection, int nonBlocking);

    [LibraryImport(Library, EntryPoint = "PQenterPipelineMode")]
    public static partial int EnterPipeline(nint connection);

    [LibraryImport(Library, EntryPoint = "PQsetNoticeProcessor")]
    public static partial nint SetNoticeReceiver(nint connection, nint receiver, nint argument);

    /// <returns>0: not sent.</returns>
    [LibraryImport(Library, EntryPoint = "PQsendPrepare", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SendPrepare(nint connection, string name, string sql, int parameters, nint types);

    /// <param name="formats">1: binary.</param>
    /// <returns>0: not sent.</returns>
    [LibraryImport(Library, EntryPoint = "PQsendQueryPrepared", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SendPrepared(
        nint connection, string name, int parameters, ReadOnlySpan<nint> values, ReadOnlySpan<int> lengths, ReadOnlySpan<int> formats, int resultFormat);

    /// <summary>The end of the transaction.</summary>
    [LibraryImport(Library, EntryPoint = "PQpipelineSync")]
    public static partial int SendSync(nint connection);

    /// <returns>1: not all could be sent; -1: failed.</returns>
    [LibraryImport(Library, EntryPoint = "PQflush")]
    public static partial int Flush(nint connection);

    /// <returns>0: failed.</returns>
    [LibraryImport(Library, EntryPoint = "PQconsumeInput")]
    public static partial int ConsumeInput(nint connection);

    /// <returns>1: <see cref="GetResult"/> would wait.</returns>
    [LibraryImport(Library, EntryPoint = "PQisBusy")]
    public static partial int IsBusy(nint connection);

    /// <returns>0: no more of this statement.</returns>
    [LibraryImport(Library, EntryPoint = "PQgetResult")]
    public static partial nint GetResult(nint connection);

    [LibraryImport(Library, EntryPoint = "PQresultStatus")]
    public static partial int ResultStatus(nint result);

    [LibraryImport(Library, EntryPoint = "PQresultErrorField")]
    public static partial nint ErrorField(nint result, int field);

    [LibraryImport(Library, EntryPoint = "PQclear")]
    public static partial void Clear(nint result);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(ref PollRequest request, nuint count, int milliseconds);

    public static string? Text(nint octets) => Marshal.PtrToStringUTF8(octets);

    [StructLayout(LayoutKind.Sequential)]
    public struct PollRequest
    {
        public int Socket;
        public short Wanted, Found;
    }
}
