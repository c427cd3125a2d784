using System.Collections.Concurrent;
using Controller.Cluster.Links;
using System.Net;
using System.Net.Sockets;

namespace Controller.Cluster.Tests.Links;

/// <summary>Stands between two nodes and breaks what goes through it.</summary>
internal sealed class Relay : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly IPEndPoint _to;

    public Relay(IPEndPoint to)
    {
        _to = to;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        At = (IPEndPoint)_listener.LocalEndPoint!;
        new Thread(Accept) { IsBackground = true }.Start();
    }

    public IPEndPoint At { get; }

    /// <summary>Every connection ends with a reset, in both directions.</summary>
    public void Break()
    {
        while (_sockets.TryTake(out Socket? socket))
        {
            LinkSockets.Close(socket);
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Break();
    }

    private void Accept()
    {
        try
        {
            while (true)
            {
                Socket near = _listener.Accept();
                Socket far = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                far.Connect(_to);
                _sockets.Add(near);
                _sockets.Add(far);
                new Thread(() => Copy(near, far)) { IsBackground = true }.Start();
                new Thread(() => Copy(far, near)) { IsBackground = true }.Start();
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
        }
    }

    private static void Copy(Socket from, Socket to)
    {
        byte[] buffer = new byte[4096];
        try
        {
            for (int got = from.Receive(buffer); got > 0; got = from.Receive(buffer))
            {
                to.Send(buffer.AsSpan(0, got));
            }
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
        }

        LinkSockets.Close(to);
    }
}
