using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Controller.Interop.Tests.Parties;

/// <summary>
/// SIP over TCP: connections that were accepted or opened, found by where they lead. One that breaks is forgotten, and the next message opens another.
/// Each is kept alive with a double CRLF (RFC 5626 section 3.5.1), by which a peer that is gone is noticed.
/// </summary>
internal sealed class StreamSocket : IPartySocket
{
    private const int KeepAliveMs = 500;
    private static readonly byte[] KeepAlive = "\r\n\r\n"u8.ToArray();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Dictionary<IPEndPoint, Connection> _connections = [];
    private readonly Queue<IPEndPoint> _broken = [];
    private readonly Lock _one = new();
    private readonly byte[] _buffer = new byte[65536];
    private long _keptAliveAt;

    public StreamSocket(IPEndPoint local)
    {
        _listener.Bind(local);
        _listener.Listen(64);
        Address = (IPEndPoint)_listener.LocalEndPoint!;
    }

    public IPEndPoint Address { get; }
    public string Transport => "TCP";
    public bool IsReliable => true;

    public void Send(byte[] bytes, IPEndPoint to)
    {
        lock (_one)
        {
            if (!_connections.TryGetValue(to, out Connection? connection))
            {
                connection = Connection.To(to, Address.Address);
                _connections.Add(to, connection);
            }

            connection.Waiting.Enqueue(bytes);
            Flush(to, connection);
        }
    }

    public bool Reaches(IPEndPoint to)
    {
        lock (_one)
        {
            return _connections.ContainsKey(to);
        }
    }

    public IPEndPoint? TakeBroken()
    {
        lock (_one)
        {
            return _broken.TryDequeue(out IPEndPoint? to) ? to : null;
        }
    }

    public bool Wait(int milliseconds)
    {
        List<Socket> readable = [_listener], writable = [];
        lock (_one)
        {
            readable.AddRange(_connections.Values.Select(connection => connection.Socket));
            writable.AddRange(_connections.Values.Where(connection => connection.Waiting.Count > 0).Select(connection => connection.Socket));
        }

        try
        {
            Socket.Select(readable, writable, null, milliseconds * 1000);
        }
        catch (Exception closed) when (closed is SocketException or ObjectDisposedException)
        {
            return true; // one of them by whoever found it broken
        }

        return readable.Count + writable.Count > 0 || Party.Now - _keptAliveAt > KeepAliveMs;
    }

    public void Receive(PartyMessage take)
    {
        Accept();
        KeyValuePair<IPEndPoint, Connection>[] connections;
        lock (_one)
        {
            connections = [.. _connections];
            bool due = Party.Now - _keptAliveAt > KeepAliveMs;
            _keptAliveAt = due ? Party.Now : _keptAliveAt;
            foreach ((IPEndPoint to, Connection connection) in connections)
            {
                if (due && connection.Waiting.Count == 0)
                {
                    connection.Waiting.Enqueue(KeepAlive);
                }

                Flush(to, connection);
            }
        }

        foreach ((IPEndPoint source, Connection connection) in connections)
        {
            Read(source, connection);
            while (connection.Next() is { } message)
            {
                take(message, source);
            }
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (Connection connection in _connections.Values)
        {
            connection.Socket.Dispose();
        }
    }

    private void Accept()
    {
        while (_listener.Poll(0, SelectMode.SelectRead))
        {
            Socket accepted = _listener.Accept();
            accepted.Blocking = false;
            lock (_one)
            {
                _connections[(IPEndPoint)accepted.RemoteEndPoint!] = new Connection(accepted);
            }
        }
    }

    private void Flush(IPEndPoint to, Connection connection)
    {
        try
        {
            while (connection.Waiting.Count > 0 && connection.Socket.Poll(0, SelectMode.SelectWrite))
            {
                connection.Socket.Send(connection.Waiting.Dequeue());
            }
        }
        catch (SocketException)
        {
            Forget(to, connection);
        }
    }

    private void Read(IPEndPoint source, Connection connection)
    {
        try
        {
            while (connection.Socket.Connected && connection.Socket.Poll(0, SelectMode.SelectRead))
            {
                int length = connection.Socket.Receive(_buffer);
                if (length == 0)
                {
                    Forget(source, connection);
                    return;
                }

                connection.Received.AddRange(_buffer.AsSpan(0, length));
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            Forget(source, connection);
        }
    }

    private void Forget(IPEndPoint to, Connection connection)
    {
        lock (_one)
        {
            // Whoever sends may have found it broken before, and opened another.
            if (_connections.TryGetValue(to, out Connection? present) && present == connection)
            {
                _connections.Remove(to);
                _broken.Enqueue(to);
            }

            connection.Socket.Dispose();
        }
    }

    private sealed class Connection(Socket socket)
    {
        public Socket Socket => socket;
        public Queue<byte[]> Waiting { get; } = new();
        public List<byte> Received { get; } = [];

        public static Connection To(IPEndPoint to, IPAddress from)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false, NoDelay = true };
            socket.Bind(new IPEndPoint(from, 0));
            try
            {
                socket.Connect(to);
            }
            catch (SocketException connecting) when (connecting.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // It goes on by itself: what is to be sent waits until it can be written.
            }

            return new Connection(socket);
        }

        /// <summary>RFC 3261 18.3: "...the Content-Length header field value ... used to locate the end of each SIP message in a stream"; CRLF before a start line counts nothing (7.5).</summary>
        public byte[]? Next()
        {
            int start = 0;
            while (start < Received.Count && Received[start] is (byte)'\r' or (byte)'\n')
            {
                start++;
            }

            Received.RemoveRange(0, start);
            byte[] all = [.. Received];
            int blank = all.AsSpan().IndexOf("\r\n\r\n"u8);
            if (blank < 0)
            {
                return null;
            }

            string head = Encoding.Latin1.GetString(all, 0, blank);
            string length = head.Split("\r\n").First(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Split(':')[1];
            int whole = blank + 4 + int.Parse(length, System.Globalization.CultureInfo.InvariantCulture);
            if (all.Length < whole)
            {
                return null;
            }

            Received.RemoveRange(0, whole);
            return all[..whole];
        }
    }
}
