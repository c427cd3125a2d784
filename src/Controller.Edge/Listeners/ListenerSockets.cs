using System.Net;
using System.Net.Sockets;
using Controller.Actors.Policies;
using Controller.Sip.Transport;

namespace Controller.Edge.Listeners;

/// <summary>Opens the sockets of listeners; a failure is one line that names the listener.</summary>
internal static class ListenerSockets
{
    private const int Backlog = 1024;

    // Linux: SOL_SOCKET, SO_REUSEPORT; IPPROTO_IP, IP_FREEBIND; IPPROTO_IPV6, IPV6_FREEBIND.
    private const int SocketLevel = 1;
    private const int ReusePort = 15;
    private const int IpLevel = 0;
    private const int IpFreeBind = 15;
    private const int Ip6Level = 41;
    private const int Ip6FreeBind = 78;

    /// <summary>As many as <see cref="EdgeOptions.Receivers"/>, all bound to one address, among which Linux shares out the sources (SO_REUSEPORT, socket(7)). Elsewhere one.</summary>
    /// <exception cref="ListenerException">It cannot be bound; nothing stays open.</exception>
    public static Socket[] Datagrams(ListenerSettings listener, EdgeOptions options)
    {
        Socket alone = Datagram(listener, listener.Listen, options, shared: false);
        if (options.Receivers == 1 || !OperatingSystem.IsLinux())
        {
            return [alone];
        }

        // Any process of the same user may join those who share a port, and gets a part of its calls. So it is shared only once it is known to have been nobody's.
        var at = (IPEndPoint)alone.LocalEndPoint!;
        alone.Dispose();
        List<Socket> sockets = [];
        try
        {
            while (sockets.Count < options.Receivers)
            {
                sockets.Add(Datagram(listener, at, options, shared: true));
            }
        }
        catch (ListenerException)
        {
            sockets.ForEach(static socket => socket.Dispose());
            throw;
        }

        return [.. sockets];
    }

    /// <exception cref="ListenerException">It cannot be bound.</exception>
    public static Socket Stream(ListenerSettings listener, EdgeOptions options) =>
        Open(listener, options, SocketType.Stream, ProtocolType.Tcp, socket =>
        {
            socket.Bind(listener.Listen);
            socket.Listen(Backlog);
        });

    public static string Name(ListenerSettings listener) => $"{listener.Transport.UriToken()} {listener.Listen}";

    /// <summary>A few words for people, without the system's number.</summary>
    public static string Words(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "address already in use",
        SocketError.AddressNotAvailable => "address is not one of this machine's",
        SocketError.AccessDenied => "permission denied",
        SocketError.AddressFamilyNotSupported => "address family not supported by this machine",
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset => "connection reset",
        SocketError.HostUnreachable => "host unreachable",
        SocketError.NetworkUnreachable => "network unreachable",
        SocketError.MessageSize => "message too long for a datagram",
        SocketError.TimedOut => "timed out",
        SocketError.NoBufferSpaceAvailable => "no buffer space",
        _ => error.SocketErrorCode.ToString(),
    };

    private static Socket Datagram(ListenerSettings listener, IPEndPoint at, EdgeOptions options, bool shared) =>
        Open(listener, options, SocketType.Dgram, ProtocolType.Udp, socket =>
        {
            // The system caps what it grants (net.core.rmem_max); that is no error.
            socket.ReceiveBufferSize = options.SocketBufferBytes;
            socket.SendBufferSize = options.SocketBufferBytes;
            if (shared)
            {
                socket.SetRawSocketOption(SocketLevel, ReusePort, BitConverter.GetBytes(1));
            }

            socket.Bind(at);
        });

    private static Socket Open(ListenerSettings listener, EdgeOptions options, SocketType type, ProtocolType protocol, Action<Socket> bind)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(listener.Listen.AddressFamily, type, protocol);
            if (listener.Listen.AddressFamily == AddressFamily.InterNetworkV6)
            {
                // One family per listener: a mapped IPv4 source would not match what our Via and Contact say.
                socket.DualMode = false;
            }

            if (options.FloatingAddresses.Contains(listener.Listen.Address))
            {
                BindFreely(socket);
            }

            bind(socket);
            return socket;
        }
        catch (SocketException error)
        {
            socket?.Dispose();
            throw new ListenerException($"{Name(listener)}: {Words(error)}", error);
        }
    }

    /// <summary>The address may come to this machine later, and go again.</summary>
    private static void BindFreely(Socket socket)
    {
        bool v4 = socket.AddressFamily == AddressFamily.InterNetwork;
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(v4 ? IpLevel : Ip6Level, v4 ? IpFreeBind : Ip6FreeBind, BitConverter.GetBytes(1));
        }
    }

    /// <summary>The same listener with the port that the system chose for port 0.</summary>
    public static ListenerSettings Bound(ListenerSettings listener, Socket socket)
    {
        int port = ((IPEndPoint)socket.LocalEndPoint!).Port;
        return new ListenerSettings(
            listener.Realm, listener.Transport, new IPEndPoint(listener.Listen.Address, port), listener.AdvertiseHost,
            listener.AdvertisePort == 0 ? port : listener.AdvertisePort);
    }
}
