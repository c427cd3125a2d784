using System.Net;
using System.Net.Sockets;

namespace Controller.Cluster.Links;

/// <summary>Sockets between nodes: opened, tuned, and their failures in words.</summary>
internal static class LinkSockets
{
    private const int Backlog = 64;
    private const int IpProtoTcp = 6;
    private const int TcpUserTimeout = 18;

    /// <exception cref="LinkException">It cannot be bound.</exception>
    public static Socket Listen(IPEndPoint at)
    {
        Socket socket = new(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(at);
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new LinkException($"cluster.link.listen {at}: {Words(error)}", error);
        }
    }

    /// <exception cref="SocketException">Nobody listens there, or there is no way to it in time.</exception>
    public static Socket Connect(string address, TimeSpan within)
    {
        IPEndPoint to = Resolve(address);
        Socket socket = new(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            using CancellationTokenSource limit = new(within);
            socket.ConnectAsync(to, limit.Token).AsTask().GetAwaiter().GetResult();
            return socket;
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
            throw new SocketException((int)SocketError.TimedOut);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static void Tune(Socket socket, LinkOptions options)
    {
        socket.NoDelay = true;
        if (OperatingSystem.IsLinux())
        {
            // Without it a peer whose host is gone swallows what is sent for a quarter of an hour.
            socket.SetRawSocketOption(IpProtoTcp, TcpUserTimeout, BitConverter.GetBytes((int)options.Unacknowledged.TotalMilliseconds));
        }
    }

    /// <summary>Wakes whoever is blocked in it.</summary>
    public static void Close(Socket socket)
    {
        try
        {
            socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The other side was faster.
        }

        socket.Dispose();
    }

    private static string Words(SocketException error) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => "address already in use",
        SocketError.AddressNotAvailable => "address is not one of this machine's",
        SocketError.AccessDenied => "permission denied",
        SocketError.AddressFamilyNotSupported => "address family not supported by this machine",
        _ => error.SocketErrorCode.ToString(),
    };

    private static IPEndPoint Resolve(string address)
    {
        if (IPEndPoint.TryParse(address, out IPEndPoint? literal))
        {
            return literal;
        }

        int colon = address.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(address.AsSpan(colon + 1), out ushort port))
        {
            throw new SocketException((int)SocketError.HostNotFound);
        }

        IPAddress[] found = Dns.GetHostAddresses(address[..colon]);
        return found.Length == 0 ? throw new SocketException((int)SocketError.HostNotFound) : new IPEndPoint(found[0], port);
    }
}
