using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Controller.Edge.Resolution.Wire;

namespace Controller.Edge.Tests.Fakes;

/// <summary>A name server on one loopback port, UDP and TCP, that says what the test tells it to.</summary>
internal sealed class NameServer : IDisposable
{
    private readonly Socket _datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _streams;
    private readonly Func<Asked, byte[]?> _script;

    /// <param name="script">Null: silence.</param>
    public NameServer(Func<Asked, byte[]?> script)
    {
        _script = script;
        while (true)
        {
            _datagrams.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _streams = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                _streams.Bind(_datagrams.LocalEndPoint!);
                break;
            }
            catch (SocketException)
            {
                // The other transport's port is taken: another pair.
                _streams.Dispose();
                _datagrams.Dispose();
                _datagrams = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            }
        }

        _streams.Listen();
        new Thread(ServeDatagrams) { IsBackground = true }.Start();
        new Thread(ServeStreams) { IsBackground = true }.Start();
    }

    public sealed record Asked(byte[] Query, IPEndPoint From, bool IsStream)
    {
        public DnsQuestion Question { get; } = Rr.QuestionOf(Query);
        public bool HasOptions { get; } = Query[11] == 1;
    }

    public IPEndPoint Address => (IPEndPoint)_datagrams.LocalEndPoint!;

    public ConcurrentQueue<Asked> Heard { get; } = new();

    public int Count(string name) => Heard.Count(asked => asked.Question.Name == name);

    /// <summary>A datagram out of turn.</summary>
    public void Say(byte[] datagram, IPEndPoint to) => _datagrams.SendTo(datagram, to);

    public void Dispose()
    {
        _datagrams.Dispose();
        _streams.Dispose();
    }

    private void ServeDatagrams()
    {
        byte[] buffer = new byte[4096];
        try
        {
            while (true)
            {
                EndPoint from = new IPEndPoint(IPAddress.Any, 0);
                int length = _datagrams.ReceiveFrom(buffer, ref from);
                Asked asked = new(buffer[..length], (IPEndPoint)from, false);
                Heard.Enqueue(asked);
                if (_script(asked) is { } answer)
                {
                    _datagrams.SendTo(answer, from);
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private void ServeStreams()
    {
        try
        {
            while (true)
            {
                using Socket stream = _streams.Accept();
                byte[] buffer = new byte[4096];
                int length = 0;
                while (length < 2 || length < 2 + ((buffer[0] << 8) | buffer[1]))
                {
                    length += stream.Receive(buffer.AsSpan(length));
                }

                Asked asked = new(buffer[2..length], (IPEndPoint)stream.RemoteEndPoint!, true);
                Heard.Enqueue(asked);
                if (_script(asked) is { } answer)
                {
                    // In two pieces, as a stream may bring it.
                    stream.NoDelay = true;
                    stream.Send([(byte)(answer.Length >> 8)]);
                    stream.Send([(byte)answer.Length, .. answer]);
                }
            }
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }
}
