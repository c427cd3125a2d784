using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Controller.Cluster.Addresses.Linux;

/// <summary>What tells the neighbours on an Ethernet that an address has a new station.</summary>
internal static class Announcement
{
    private const int Packet = 17, Datagram = 2, CloseOnExec = 0x80000, LinkAddressLength = 20, StationLength = 6;
    private const ushort Arp = 0x0806, Version6 = 0x86DD, Ethernet = 1;

    private static readonly byte[] Everybody = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    private static readonly byte[] AllNodesStation = [0x33, 0x33, 0, 0, 0, 1];
    private static readonly byte[] AllNodes = [0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

    /// <returns>0 if this process may announce, or the error number.</returns>
    public static int Probe()
    {
        int socket = Libc.Socket(Packet, Datagram | CloseOnExec, 0);
        return socket < 0 ? Marshal.GetLastPInvokeError() : Libc.Close(socket);
    }

    /// <returns>0, or the error number; 0 as well on a device that has no neighbours.</returns>
    public static int Send(Prefix prefix, uint device)
    {
        ushort protocol = prefix.IsVersion4 ? Arp : Version6;
        int socket = Libc.Socket(Packet, Datagram | CloseOnExec, 0);
        if (socket < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        try
        {
            Span<byte> own = stackalloc byte[LinkAddressLength];
            int length = own.Length;
            if (Libc.Bind(socket, LinkAddress(protocol: 0, device, []), LinkAddressLength) < 0 || Libc.GetName(socket, own, ref length) < 0)
            {
                return Marshal.GetLastPInvokeError();
            }

            if (BitConverter.ToUInt16(own[8..]) != Ethernet)
            {
                return 0;
            }

            byte[] station = own.Slice(12, StationLength).ToArray();
            byte[] to = LinkAddress(protocol, device, prefix.IsVersion4 ? Everybody : AllNodesStation);
            byte[][] messages = prefix.IsVersion4 ? [GratuitousArp(1, prefix.Octets, station), GratuitousArp(2, prefix.Octets, station)] : [NeighbourAdvertisement(prefix.Octets, station)];
            foreach (byte[] message in messages)
            {
                if (Libc.SendTo(socket, message, message.Length, 0, to, to.Length) < 0)
                {
                    return Marshal.GetLastPInvokeError();
                }
            }

            return 0;
        }
        finally
        {
            _ = Libc.Close(socket);
        }
    }

    /// <summary>
    /// RFC 5227 section 3: some stations update their table by a request (operation 1), some only by a reply (2). Both name the address as sender and as target.
    /// </summary>
    private static byte[] GratuitousArp(byte operation, byte[] address, byte[] station)
    {
        byte[] target = operation == 1 ? new byte[StationLength] : station;
        return [0, 1, 8, 0, StationLength, 4, 0, operation, .. station, .. address, .. target, .. address];
    }

    /// <summary>
    /// RFC 4861 section 7.2.6: "a node that has determined that its link-layer address has changed MAY send ... unsolicited Neighbor Advertisement messages to the
    /// all-nodes multicast address", with the Override flag.
    /// </summary>
    private static byte[] NeighbourAdvertisement(byte[] address, byte[] station)
    {
        byte[] content = [136, 0, 0, 0, 0x20, 0, 0, 0, .. address, 2, 1, .. station];
        BinaryPrimitives.WriteUInt16BigEndian(content.AsSpan(2), Checksum([.. address, .. AllNodes, 0, 0, 0, (byte)content.Length, 0, 0, 0, 58, .. content]));
        // Section 7.1.2: a receiver takes it only with a hop limit of 255.
        return [0x60, 0, 0, 0, 0, (byte)content.Length, 58, 255, .. address, .. AllNodes, .. content];
    }

    private static ushort Checksum(byte[] octets)
    {
        uint sum = 0;
        for (int i = 0; i < octets.Length; i += 2)
        {
            sum += BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(i));
        }

        while (sum > ushort.MaxValue)
        {
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        }

        return (ushort)~sum;
    }

    /// <summary>struct sockaddr_ll, packet(7).</summary>
    private static byte[] LinkAddress(ushort protocol, uint device, byte[] station)
    {
        var address = new byte[LinkAddressLength];
        BitConverter.TryWriteBytes(address, (ushort)Packet);
        BinaryPrimitives.WriteUInt16BigEndian(address.AsSpan(2), protocol);
        BitConverter.TryWriteBytes(address.AsSpan(4), device);
        address[11] = (byte)station.Length;
        station.CopyTo(address, 12);
        return address;
    }
}
