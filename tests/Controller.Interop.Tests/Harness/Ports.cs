using System.Net;
using System.Net.Sockets;

namespace Controller.Interop.Tests.Harness;

/// <summary>Ports that are free for UDP and TCP on loopback, below the range the system gives to outgoing connections.</summary>
internal static class Ports
{
    private static int _next = 21000 + (Environment.ProcessId * 37 % 8000);

    public static int Free()
    {
        for (int tries = 0; tries < 10000; tries++)
        {
            int port = Interlocked.Increment(ref _next);
            if (port > 31000)
            {
                Interlocked.Exchange(ref _next, 21000);
                continue;
            }

            if (IsFree(port))
            {
                return port;
            }
        }

        throw new InvalidOperationException("no free port between 21000 and 31000");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var datagrams = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            datagrams.Bind(new IPEndPoint(IPAddress.Loopback, port));
            using var streams = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            streams.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
