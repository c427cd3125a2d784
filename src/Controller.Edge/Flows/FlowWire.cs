using System.Net;
using System.Net.Sockets;
using Controller.Sharding.Wire;
using Controller.Sip.Transport;

namespace Controller.Edge.Flows;

/// <summary>A flow as it travels between nodes. Its listener is an index into settings that are the same everywhere.</summary>
internal static class FlowWire
{
    private const int V4Bytes = 4;
    private const int V6Bytes = 16;

    public static void Write(ref OctetWriter writer, Flow flow)
    {
        writer.U8((byte)flow.Transport);
        writer.I32(flow.Listener);
        writer.I64(flow.Connection);
        writer.U16((ushort)flow.ReconnectPort);
        writer.U16((ushort)flow.Remote.Port);
        IPAddress address = flow.Remote.Address;
        Span<byte> octets = stackalloc byte[V6Bytes];
        address.TryWriteBytes(octets, out int length);
        writer.U8((byte)length);
        writer.Raw(octets[..length]);
        if (length == V6Bytes)
        {
            writer.I64(address.ScopeId);
        }
    }

    /// <summary>What is no flow makes the reader fail.</summary>
    public static Flow Read(ref OctetReader reader)
    {
        SipTransport transport = (SipTransport)reader.U8();
        int listener = reader.I32();
        long connection = reader.I64();
        ushort reconnectPort = reader.U16();
        ushort port = reader.U16();
        IPAddress address = Address(ref reader);
        if (transport is < SipTransport.Udp or > SipTransport.Wss || listener < 0)
        {
            reader.Fail();
        }

        return new Flow(transport, listener, new IPEndPoint(address, port), connection, reconnectPort);
    }

    private static IPAddress Address(ref OctetReader reader)
    {
        int length = reader.U8();
        ReadOnlySpan<byte> octets = reader.Raw(length);
        long scope = length == V6Bytes ? reader.I64() : 0;
        if (reader.Failed || length is not (V4Bytes or V6Bytes) || scope is < 0 or > uint.MaxValue)
        {
            reader.Fail();
            return IPAddress.None;
        }

        IPAddress address = new(octets);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            address.ScopeId = scope;
        }

        return address;
    }
}
