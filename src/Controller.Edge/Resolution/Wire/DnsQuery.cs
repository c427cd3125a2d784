using System.Buffers.Binary;

namespace Controller.Edge.Resolution.Wire;

/// <summary>Writes a query (RFC 1035 section 4.1).</summary>
internal static class DnsQuery
{
    /// <summary>Octets of a UDP response that we take: what passes everywhere without fragments (RFC 9715 section 3).</summary>
    public const int MaxDatagram = 1232;

    private const int Header = 12;

    /// <param name="options">With an OPT record; some old servers refuse it.</param>
    public static byte[] Write(ushort id, DnsQuestion question, bool options)
    {
        Span<byte> bytes = stackalloc byte[Header + 255 + 4 + 11];
        bytes.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(bytes, id);

        // RD: "it directs the name server to pursue the query recursively".
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], 0x0100);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[10..], (ushort)(options ? 1 : 0));
        int at = Header + DomainNames.Write(bytes[Header..], question.Name);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[at..], (ushort)question.Type);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[(at + 2)..], 1);
        at += 4;
        if (options)
        {
            // RFC 6891 section 6.1.2: the root, type OPT, the class is the "requestor's UDP payload size", no flags, no data.
            BinaryPrimitives.WriteUInt16BigEndian(bytes[(at + 1)..], (ushort)RecordType.Opt);
            BinaryPrimitives.WriteUInt16BigEndian(bytes[(at + 3)..], MaxDatagram);
            at += 11;
        }

        return bytes[..at].ToArray();
    }
}
