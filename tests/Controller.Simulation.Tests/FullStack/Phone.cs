using System.Net;
using System.Net.Sockets;
using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.Parties;

namespace Controller.Simulation.Tests.FullStack;

/// <summary>A party's UDP socket. What has been heard before, byte for byte, is a retransmission and not heard again.</summary>
internal sealed class Phone : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 10_000 };
    private readonly HashSet<string> _known = [];
    private readonly Queue<SipMessage> _heard = new();
    private readonly byte[] _buffer = new byte[65536];
    private int _markers;

    public Phone() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

    public IPEndPoint Local => (IPEndPoint)_socket.LocalEndPoint!;

    public IPEndPoint Node { get; set; } = new(IPAddress.Loopback, 0);

    public void Send(byte[] message) => _socket.SendTo(message, Node);

    /// <summary>The next message that is new; fails after ten seconds.</summary>
    public SipMessage Hear()
    {
        SipMessage? heard;
        while (!_heard.TryDequeue(out heard))
        {
            Take();
        }

        return heard;
    }

    /// <summary>Waits for a message that begins like this, over others.</summary>
    public SipMessage Hear(string start, SipMethod method)
    {
        var passed = new List<string>();
        while (true)
        {
            SipMessage message = Hear();
            string text = Encoding.Latin1.GetString(message.Raw);
            if (text.StartsWith(start, StringComparison.Ordinal) && message.Method == method)
            {
                return message;
            }

            passed.Add(text[..text.IndexOf('\r', StringComparison.Ordinal)]);
            Assert.True(passed.Count < 20, $"no {start}, but {string.Join(", ", passed)}");
        }
    }

    /// <summary>What had come before the answers to a few markers: OPTIONS, which the edge answers by itself on the same socket.</summary>
    public IReadOnlyList<string> HeardBeforeMarkers()
    {
        for (int i = 0; i < 5; i++)
        {
            string branch = $"z9hG4bKmark{++_markers}";
            Send(PartyText.Finish($"OPTIONS sip:{Node} SIP/2.0\r\nVia: SIP/2.0/UDP {Local};branch={branch}\r\nMax-Forwards: 70\r\nFrom: <sip:m@{Local}>;tag=m\r\nTo: <sip:{Node}>\r\nCall-ID: marker\r\nCSeq: {_markers} OPTIONS\r\n", null));
            while (Take() is not { } answer || PartyText.Branch(answer) != branch)
            {
            }
        }

        return [.. _heard.Select(message => Encoding.Latin1.GetString(message.Raw))];
    }

    public void Dispose() => _socket.Dispose();

    private SipMessage? Take()
    {
        int length = _socket.Receive(_buffer);
        SipMessage message = SipMessage.Copy(_buffer.AsSpan(0, length));
        if (PartyText.Value(message, HeaderId.CallId) == "marker")
        {
            return message;
        }

        if (_known.Add(Encoding.Latin1.GetString(message.Raw)))
        {
            _heard.Enqueue(message);
        }

        return message;
    }
}
