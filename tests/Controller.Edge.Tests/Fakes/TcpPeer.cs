using System.Net;
using System.Net.Sockets;
using System.Text;
using Controller.Sip.Framing;
using Controller.Sip.Messages;

namespace Controller.Edge.Tests.Fakes;

/// <summary>A user agent's TCP connection.</summary>
public sealed class TcpPeer : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[256 * 1024];
    private int _filled;

    public TcpPeer(EdgeUnderTest edge)
        : this(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)) => _socket.Connect(edge.Tcp.Listen);

    public TcpPeer(Socket connected)
    {
        _socket = connected;
        _socket.ReceiveTimeout = 5000;
        _socket.SendTimeout = 5000;
        _socket.NoDelay = true;
    }

    public IPEndPoint Local => (IPEndPoint)_socket.LocalEndPoint!;
    public string SentBy => Local.ToString();
    public Socket Socket => _socket;

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[_socket.Send(bytes)..];
        }
    }

    public void Send(string text) => Send(Encoding.Latin1.GetBytes(text));

    public SipMessage Receive()
    {
        while (true)
        {
            SipMessage scratch = new SipMessagePool(1).Rent();
            if (StreamFraming.Parse(_buffer.AsMemory(0, _filled), scratch, SipLimits.Default, out int consumed, out _) == ParseOutcome.Done)
            {
                SipMessage message = SipMessage.Copy(scratch.Raw);
                _buffer.AsSpan(consumed, _filled - consumed).CopyTo(_buffer);
                _filled -= consumed;
                return message;
            }

            int received = _socket.Receive(_buffer.AsSpan(_filled));
            Assert.True(received > 0, "the connection was closed instead of answered");
            _filled += received;
        }
    }

    public SipMessage Ask(string message)
    {
        Send(message);
        return Receive();
    }

    public byte[] ReceiveExactly(int count)
    {
        while (_filled < count)
        {
            int received = _socket.Receive(_buffer.AsSpan(_filled));
            Assert.True(received > 0, "the connection was closed too early");
            _filled += received;
        }

        byte[] bytes = _buffer[..count];
        _buffer.AsSpan(count, _filled - count).CopyTo(_buffer);
        _filled -= count;
        return bytes;
    }

    /// <summary>True if the other side has closed (or reset) it, within five seconds; what came before is thrown away.</summary>
    public bool IsClosedByEdge()
    {
        try
        {
            while (_socket.Receive(_buffer) > 0)
            {
            }

            return true;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode is SocketError.ConnectionReset;
        }
    }

    public void Dispose() => _socket.Dispose();
}
