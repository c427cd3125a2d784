using System.Net;
using System.Net.Sockets;
using Controller.Actors.Policies;
using Controller.Edge.Flows;
using Controller.Edge.Telemetry;
using Controller.Sip.Transport;

namespace Controller.Edge.Listeners;

/// <summary>One TCP listener: a thread that accepts, and the opening of connections that leave by it.</summary>
internal sealed class StreamListener : IOutlet, IDisposable
{
    // Found dead after about two minutes of silence without an acknowledgement.
    private const int KeepAliveSeconds = 60;
    private const int KeepAliveProbeSeconds = 15;

    private readonly Socket _socket;
    private readonly int _index;
    private readonly StreamScope _scope;
    private readonly ConnectionNumbers _numbers;
    private readonly Lock _opening = new();
    private readonly Thread _thread;
    private volatile bool _stopped;

    /// <exception cref="ListenerException">It cannot be bound.</exception>
    public StreamListener(ListenerSettings listener, int index, StreamScope scope, ConnectionNumbers numbers)
    {
        _index = index;
        _scope = scope;
        _numbers = numbers;
        _socket = ListenerSockets.Stream(listener, scope.Options);
        Bound = ListenerSockets.Bound(listener, _socket);
        _thread = new Thread(Accept) { IsBackground = true, Name = ListenerSockets.Name(Bound) };
    }

    public ListenerSettings Bound { get; }

    public void Start() => _thread.Start();

    public void StopAccepting()
    {
        _stopped = true;
        _socket.Dispose();
    }

    public void Send(in Outgoing message)
    {
        if (_scope.Table.Find(message.To) is { } connection && connection.TrySend(message))
        {
            return;
        }

        // Two senders to one place must not open two connections.
        StreamConnection? opened;
        lock (_opening)
        {
            if (_scope.Table.Find(message.To) is { } other && other.TrySend(message))
            {
                return;
            }

            opened = Open(message);
            opened?.TrySend(message);
        }

        _ = opened?.ConnectAsync();
    }

    public void Dispose()
    {
        StopAccepting();
        if (_thread.IsAlive)
        {
            _thread.Join(TimeSpan.FromSeconds(2));
        }
    }

    /// <summary>A connection that is not connected yet; null if there can be none, which is reported.</summary>
    private StreamConnection? Open(in Outgoing message)
    {
        IPEndPoint remote = message.To.Reconnect;
        if (remote.AddressFamily != Bound.Listen.AddressFamily)
        {
            _scope.Failures.Report(message, "address family is not the listener's");
            return null;
        }

        Socket? socket = null;
        try
        {
            socket = new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            if (!Bound.Listen.Address.Equals(IPAddress.Any) && !Bound.Listen.Address.Equals(IPAddress.IPv6Any))
            {
                // From the listener's address, so that both directions of a realm use the same network.
                socket.Bind(new IPEndPoint(Bound.Listen.Address, 0));
            }

            Tune(socket);
        }
        catch (SocketException error)
        {
            socket?.Dispose();
            _scope.Failures.Report(message, ListenerSockets.Words(error));
            return null;
        }

        StreamConnection? connection = Add(socket, remote, connected: false);
        if (connection is null)
        {
            _scope.Failures.Report(message, "too many connections");
        }

        return connection;
    }

    private void Accept()
    {
        while (!_stopped)
        {
            Socket? socket = null;
            try
            {
                socket = _socket.Accept();
                Tune(socket);
                if (socket.RemoteEndPoint is IPEndPoint remote && Add(socket, remote, connected: true) is { } connection)
                {
                    _ = connection.ReadAsync();
                }
            }
            catch (SocketException)
            {
                // Gone again before it was accepted, or no more file handles: others must be given time to end.
                socket?.Dispose();
                if (!_stopped)
                {
                    Thread.Sleep(10);
                }
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private StreamConnection? Add(Socket socket, IPEndPoint remote, bool connected)
    {
        StreamConnection connection = new(socket, new Flow(SipTransport.Tcp, _index, remote, _numbers.Next()), connected, _scope);
        if (!_scope.Table.TryAdd(connection))
        {
            _scope.Instruments.Closed(CloseReason.TooManyConnections);
            socket.Dispose();
            return null;
        }

        _scope.Instruments.Opened(SipTransport.Tcp);
        return connection;
    }

    private static void Tune(Socket socket)
    {
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveProbeSeconds);
    }
}
