using System.Net;
using System.Net.Sockets;

namespace Controller.Cluster.Tests.Postgres;

/// <summary>A wire between the journal and its server that can be cut at a chosen place.</summary>
internal sealed class Cut : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;
    private readonly List<Socket> _sockets = [];
    private volatile bool _closed;
    private volatile Direction _lose;
    private byte[] _marker = [];

    public Cut(int server)
    {
        _server = server;
        _listener.Start();
        new Thread(Accept) { IsBackground = true, Name = "cut" }.Start();
    }

    internal enum Direction { None, Requests, Answers }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Released when a wire has been cut.</summary>
    public SemaphoreSlim Happened { get; } = new(0);

    /// <summary>The next request that contains the octets, or the answer to it, is lost and its connection closed.</summary>
    public void Lose(Direction direction, byte[] marker)
    {
        _marker = marker;
        _lose = direction;
    }

    public void Dispose()
    {
        _closed = true;
        _listener.Stop();
        lock (_sockets)
        {
            _sockets.ForEach(socket => socket.Dispose());
        }
    }

    private void Accept()
    {
        try
        {
            while (!_closed)
            {
                Socket client = _listener.AcceptSocket(), server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                client.NoDelay = true;
                server.Connect(IPAddress.Loopback, _server);
                lock (_sockets)
                {
                    _sockets.AddRange([client, server]);
                }

                var wire = new Wire();
                new Thread(() => Carry(client, server, wire, isRequest: true)) { IsBackground = true, Name = "to server" }.Start();
                new Thread(() => Carry(server, client, wire, isRequest: false)) { IsBackground = true, Name = "to client" }.Start();
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed.
        }
    }

    private void Carry(Socket from, Socket to, Wire wire, bool isRequest)
    {
        var buffer = new byte[65536];
        try
        {
            while (from.Receive(buffer) is > 0 and var length)
            {
                if (isRequest && _lose != Direction.None && buffer.AsSpan(0, length).IndexOf(_marker) >= 0)
                {
                    if (_lose == Direction.Requests)
                    {
                        _lose = Direction.None;
                        break;
                    }

                    wire.LosesAnswer = true;
                    _lose = Direction.None;
                }

                if (!isRequest && wire.LosesAnswer)
                {
                    break;
                }

                to.Send(buffer.AsSpan(0, length));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return;
        }

        from.Dispose();
        to.Dispose();
        Happened.Release();
    }

    private sealed class Wire
    {
        public volatile bool LosesAnswer;
    }
}
