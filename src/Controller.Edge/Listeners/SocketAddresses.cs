using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Controller.Edge.Listeners;

/// <summary>Socket addresses written in place: <see cref="IPEndPoint.Serialize"/> would allocate one for each datagram sent.</summary>
internal static class SocketAddresses
{
    private const int V4Size = 16;
    private const int V6Size = 28;

    [ThreadStatic]
    private static SocketAddress? t_v4;

    [ThreadStatic]
    private static SocketAddress? t_v6;

    /// <summary>The same address for a system call. Belongs to the calling thread, until its next call.</summary>
    public static SocketAddress Write(IPEndPoint endPoint)
    {
        // struct sockaddr_in: family, port (network order), address. struct sockaddr_in6: family, port, flow, address, scope.
        // The constructor writes the family in the form of this system.
        SocketAddress address = endPoint.AddressFamily == AddressFamily.InterNetwork
            ? t_v4 ??= new SocketAddress(AddressFamily.InterNetwork, V4Size)
            : t_v6 ??= new SocketAddress(AddressFamily.InterNetworkV6, V6Size);
        Span<byte> bytes = address.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], (ushort)endPoint.Port);
        if (endPoint.AddressFamily == AddressFamily.InterNetwork)
        {
            endPoint.Address.TryWriteBytes(bytes[4..], out _);
        }
        else
        {
            endPoint.Address.TryWriteBytes(bytes[8..], out _);
            uint scope = (uint)endPoint.Address.ScopeId;
            System.Runtime.InteropServices.MemoryMarshal.Write(bytes[24..], scope);
        }

        return address;
    }
}
