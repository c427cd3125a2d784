using System.Runtime.InteropServices;

namespace Controller.Cluster.Addresses.Linux;

/// <summary>rtnetlink (rtnetlink(7)): one request about one address, and the kernel's answer to it. Numbers are in the machine's own order.</summary>
internal static class AddressRequest
{
    private const int Netlink = 16, Raw = 3, CloseOnExec = 0x80000, Route = 0;
    private const ushort NewAddress = 20, DeleteAddress = 21;
    private const ushort Request = 1, Acknowledge = 4, Replace = 0x100, Create = 0x400;
    private const ushort AttributeAddress = 1, AttributeLocal = 2, AttributeLifetimes = 6, AttributeFlags = 8;
    private const byte Version4 = 2, Version6 = 10;
    private const uint NoDuplicateDetection = 0x02;
    private const int HeaderLength = 16, BodyLength = 8;

    /// <summary>Adds the address, or renews its lifetimes, after which the kernel removes it.</summary>
    /// <returns>0, or the kernel's error number.</returns>
    public static int Take(Prefix prefix, uint device, int seconds)
    {
        var lifetimes = new byte[16];
        // The first is how long it is preferred. IPv6 chooses a preferred address as the source of this host's own connections: a floating one must not be it.
        BitConverter.TryWriteBytes(lifetimes, prefix.IsVersion4 ? seconds : 0);
        BitConverter.TryWriteBytes(lifetimes.AsSpan(4), seconds);
        // Duplicate address detection would keep an IPv6 address silent for a second, and sees the holder that is being replaced.
        return Exchange(Message(NewAddress, Create | Replace, prefix, device, (AttributeLifetimes, lifetimes), (AttributeFlags, BitConverter.GetBytes(prefix.IsVersion4 ? 0 : NoDuplicateDetection))));
    }

    /// <inheritdoc cref="Take"/>
    public static int Drop(Prefix prefix, uint device) => Exchange(Message(DeleteAddress, 0, prefix, device));

    private static byte[] Message(ushort type, int flags, Prefix prefix, uint device, params ReadOnlySpan<(ushort Type, byte[] Value)> more)
    {
        byte[] octets = prefix.Octets;
        var message = new byte[128];
        int length = HeaderLength + BodyLength;
        message[HeaderLength] = prefix.IsVersion4 ? Version4 : Version6;
        message[HeaderLength + 1] = prefix.Length;
        BitConverter.TryWriteBytes(message.AsSpan(HeaderLength + 4), device);
        Append(message, ref length, AttributeLocal, octets);
        Append(message, ref length, AttributeAddress, octets);
        foreach ((ushort attribute, byte[] value) in more)
        {
            Append(message, ref length, attribute, value);
        }

        BitConverter.TryWriteBytes(message, length);
        BitConverter.TryWriteBytes(message.AsSpan(4), type);
        BitConverter.TryWriteBytes(message.AsSpan(6), (ushort)(Request | Acknowledge | flags));
        return message[..length];
    }

    /// <summary>Attributes are a multiple of four octets long, as all of ours are.</summary>
    private static void Append(byte[] message, ref int length, ushort type, byte[] value)
    {
        BitConverter.TryWriteBytes(message.AsSpan(length), (ushort)(4 + value.Length));
        BitConverter.TryWriteBytes(message.AsSpan(length + 2), type);
        value.CopyTo(message, length + 4);
        length += 4 + value.Length;
    }

    /// <summary>The kernel handles a request while it is sent: the answer is there at once.</summary>
    private static int Exchange(byte[] request)
    {
        int socket = Libc.Socket(Netlink, Raw | CloseOnExec, Route);
        if (socket < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        try
        {
            Span<byte> answer = stackalloc byte[512];
            return Libc.Send(socket, request, request.Length, 0) < 0 || Libc.Receive(socket, answer, answer.Length, 0) < HeaderLength + 4
                ? Marshal.GetLastPInvokeError()
                : -BitConverter.ToInt32(answer[HeaderLength..]);
        }
        finally
        {
            _ = Libc.Close(socket);
        }
    }
}
