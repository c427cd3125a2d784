using System.Net;
using System.Net.Sockets;

namespace Controller.Interop.Tests.Harness;

/// <summary>Ports that are free for UDP and TCP on loopback, below the range the system gives to outgoing connections.</summary>
internal static class Ports
{
    private const int First = 21000, Last = 31000;

    private static readonly Lock Gate = new();
    private static int _next = First + (Environment.ProcessId * 37 % 8000);

    public static int Free() => FreeRow(1, even: false);

    /// <summary>The first, an even one, of so many ports in a row, none of which is given to anybody else: RTP and RTCP of one stream are neighbours.</summary>
    public static int FreeRow(int count) => FreeRow(count, even: true);

    private static int FreeRow(int count, bool even)
    {
        lock (Gate)
        {
            for (int tries = 0; tries < Last - First; tries++)
            {
                int first = even ? (_next + 1) / 2 * 2 : _next;
                bool free = first + count <= Last && Enumerable.Range(first, count).All(IsFree);
                _next = free ? first + count : first + count <= Last ? first + 1 : First;
                if (free)
                {
                    return first;
                }
            }
        }

        throw new InvalidOperationException($"no {count} free ports between {First} and {Last}");
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
