using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Controller.Edge.Resolution.Wire;
using Controller.Edge.Telemetry;

namespace Controller.Edge.Resolution.Client;

/// <summary>What came of reading a socket.</summary>
internal enum Heard
{
    /// <summary>Nothing that counts: wait on.</summary>
    Nothing,
    Answer,

    /// <summary>Nothing can come any more.</summary>
    Broken,
}

/// <summary>
/// One query on its way to one server, on a socket of its own: its port and its id are both drawn for it, so that who cannot read the query has to guess
/// both (RFC 5452 section 9.2). Never blocks.
/// </summary>
internal abstract class Try : IDisposable
{
    private readonly ResolutionInstruments _instruments;

    protected Try(Socket socket, IPEndPoint server, DnsQuestion question, bool hasOptions, ResolutionInstruments instruments)
    {
        _instruments = instruments;
        Socket = socket;
        Server = server;
        Question = question;
        HasOptions = hasOptions;
        Id = (ushort)RandomNumberGenerator.GetInt32(0x10000);
    }

    public Socket Socket { get; }
    public IPEndPoint Server { get; }
    public bool HasOptions { get; }

    /// <summary>Waits until it can be written to: a connection that is being made.</summary>
    public abstract bool IsConnecting { get; }

    protected DnsQuestion Question { get; }
    protected ushort Id { get; }

    /// <param name="buffer">Larger than any message.</param>
    /// <exception cref="SocketException">It is broken.</exception>
    public abstract Heard Read(byte[] buffer, out DnsMessage? message);

    /// <exception cref="SocketException">It is broken.</exception>
    public abstract void Connected();

    public void Dispose() => Socket.Dispose();

    /// <summary>RFC 5452 section 9.1: id, question and address have to match; what does not is dropped, and the wait goes on.</summary>
    protected bool IsOurs(ReadOnlySpan<byte> bytes, EndPoint? from, out DnsMessage? message)
    {
        message = null;
        AnswerDrop? drop = !Server.Equals(from) ? AnswerDrop.WrongSource
            : !DnsReader.TryRead(bytes, out message) ? AnswerDrop.Malformed
            : message.Id != Id ? AnswerDrop.WrongId
            : message.Question != Question ? AnswerDrop.WrongQuestion
            : null;
        if (drop is { } reason)
        {
            _instruments.Dropped(reason);
        }

        return drop is null;
    }
}
