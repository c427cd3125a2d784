using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Controller.Edge.Resolution.Wire;
using Controller.Edge.Telemetry;

namespace Controller.Edge.Resolution.Client;

/// <summary>Over TCP, after a truncated answer: "The message is prefixed with a two byte length field" (RFC 1035 section 4.2.2).</summary>
internal sealed class StreamTry : Try
{
    private readonly List<byte> _read = [];

    /// <exception cref="SocketException">The connection was refused at once.</exception>
    public StreamTry(IPEndPoint server, DnsQuestion question, bool hasOptions, ResolutionInstruments instruments)
        : base(new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false, NoDelay = true }, server, question, hasOptions, instruments)
    {
        try
        {
            Socket.Connect(server);
            Connected();
        }
        catch (SocketException pending) when (pending.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            IsPending = true;
        }
        catch (SocketException)
        {
            Dispose();
            throw;
        }
    }

    public override bool IsConnecting => IsPending;

    private bool IsPending { get; set; }

    public override void Connected()
    {
        if ((int)Socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Error)! is var error and not 0)
        {
            throw new SocketException((int)SocketError.ConnectionRefused, $"not connected ({error})");
        }

        IsPending = false;
        byte[] query = DnsQuery.Write(Id, Question, HasOptions);
        byte[] framed = new byte[query.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed, 2);

        // A new connection takes so little whole.
        Socket.Send(framed);
    }

    public override Heard Read(byte[] buffer, out DnsMessage? message)
    {
        message = null;
        int length = Socket.Receive(buffer);
        if (length == 0)
        {
            return Heard.Broken;
        }

        _read.AddRange(buffer.AsSpan(0, length));
        if (_read.Count < 2 || _read.Count < 2 + ((_read[0] << 8) | _read[1]))
        {
            return Heard.Nothing;
        }

        // Whoever answers something else over a connection of ours will not answer.
        byte[] whole = [.. _read];
        return IsOurs(whole.AsSpan(2, (whole[0] << 8) | whole[1]), Server, out message) ? Heard.Answer : Heard.Broken;
    }
}
