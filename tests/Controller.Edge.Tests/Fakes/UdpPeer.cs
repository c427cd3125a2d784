using System.Net;
using System.Net.Sockets;
using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Edge.Tests.Fakes;

/// <summary>A user agent's UDP socket.</summary>
public sealed class UdpPeer : IDisposable
{
    private readonly Socket _socket;
    private readonly IPEndPoint _edge;

    public UdpPeer(EdgeUnderTest edge)
    {
        _edge = edge.Udp.Listen;
        _socket = new Socket(_edge.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 5000 };
        _socket.Bind(new IPEndPoint(_edge.Address, 0));
    }

    public IPEndPoint Local => (IPEndPoint)_socket.LocalEndPoint!;
    public string SentBy => Local.ToString();

    public void Send(ReadOnlySpan<byte> datagram) => _socket.SendTo(datagram, SocketFlags.None, _edge);

    public void Send(string message) => Send(Encoding.Latin1.GetBytes(message));

    public byte[] ReceiveRaw()
    {
        byte[] buffer = new byte[65536];
        int length = _socket.Receive(buffer);
        return buffer[..length];
    }

    public SipMessage Receive() => SipMessage.Copy(ReceiveRaw());

    public SipMessage Ask(string message)
    {
        Send(message);
        return Receive();
    }

    /// <summary>True if nothing has come. A request that is surely answered goes first, so that what would have come before it is there.</summary>
    public bool HeardNothing()
    {
        SipMessage answer = Ask(Requests.Options(SentBy));
        Assert.Equal(200, answer.StatusCode);
        Assert.Equal("OPTIONS", Encoding.ASCII.GetString(answer.MethodText));
        return _socket.Available == 0;
    }

    /// <summary>Everything that has come. A request that is surely answered goes first: datagrams of one flow are taken in order, so what comes, comes before its answer.</summary>
    public List<SipMessage> HeardBeforeMarker()
    {
        string marker = $"marker-{Guid.NewGuid():N}";
        Send(Requests.Make("OPTIONS", SentBy, "sip:example.com", callId: marker));
        List<SipMessage> heard = [];
        for (SipMessage next = Receive(); ; next = Receive())
        {
            if (Encoding.ASCII.GetString(next.Value(HeaderId.CallId)) == marker)
            {
                return heard;
            }

            heard.Add(next);
        }
    }

    public void Dispose() => _socket.Dispose();
}
