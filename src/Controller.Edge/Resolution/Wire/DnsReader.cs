using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;

namespace Controller.Edge.Resolution.Wire;

/// <summary>Reads responses (RFC 1035 section 4). Any octets may come: what is no response to one question is refused, without an exception.</summary>
internal static class DnsReader
{
    private const int Header = 12;

    /// <summary>More is nobody's list of targets.</summary>
    private const int MaxRecords = 512;

    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out DnsMessage? message)
    {
        message = null;
        if (bytes.Length < Header)
        {
            return false;
        }

        ushort flags = U16(bytes, 2);
        int at = Header;

        // QR is set, OPCODE is QUERY, and there is the one question.
        if ((flags & 0xF800) != 0x8000 || U16(bytes, 4) != 1 || !DomainNames.TryRead(bytes, ref at, out string name) || at + 4 > bytes.Length || U16(bytes, at + 2) != 1)
        {
            return false;
        }

        DnsQuestion question = new(name, (RecordType)U16(bytes, at));
        at += 4;
        int code = flags & 0xF;
        bool truncated = (flags & 0x0200) != 0;
        if (truncated)
        {
            message = new DnsMessage(U16(bytes, 0), question, code, truncated, [], []);
            return true;
        }

        if (!TryReadSection(bytes, ref at, U16(bytes, 6), ref code, out ImmutableArray<DnsRecord> answers)
            || !TryReadSection(bytes, ref at, U16(bytes, 8), ref code, out ImmutableArray<DnsRecord> authorities)
            || !TryReadSection(bytes, ref at, U16(bytes, 10), ref code, out _))
        {
            return false;
        }

        message = new DnsMessage(U16(bytes, 0), question, code, truncated, answers, authorities);
        return true;
    }

    private static bool TryReadSection(ReadOnlySpan<byte> bytes, ref int at, int count, ref int code, out ImmutableArray<DnsRecord> records)
    {
        records = [];
        if (count > MaxRecords)
        {
            return false;
        }

        var read = ImmutableArray.CreateBuilder<DnsRecord>();
        for (int i = 0; i < count; i++)
        {
            if (!DomainNames.TryRead(bytes, ref at, out string name) || at + 10 > bytes.Length)
            {
                return false;
            }

            var type = (RecordType)U16(bytes, at);
            ushort kind = U16(bytes, at + 2);
            uint time = BinaryPrimitives.ReadUInt32BigEndian(bytes[(at + 4)..]);
            int end = at + 10 + U16(bytes, at + 8);
            at += 10;
            if (end > bytes.Length)
            {
                return false;
            }

            if (type == RecordType.Opt)
            {
                // RFC 6891 section 6.1.3: EXTENDED-RCODE "forms the upper 8 bits of extended 12-bit RCODE".
                code |= (int)(time >> 24) << 4;
            }
            else if (kind == 1)
            {
                // RFC 2181 section 8: "Implementations should treat TTL values received with the most significant bit set as if the entire value received was zero."
                if (!TryReadData(bytes[..end], at, type, name, time > int.MaxValue ? 0 : time, out DnsRecord? record))
                {
                    return false;
                }

                if (record is not null)
                {
                    read.Add(record);
                }
            }

            at = end;
        }

        records = read.ToImmutable();
        return true;
    }

    /// <param name="bytes">To the end of the record.</param>
    /// <param name="record">Null for a type that is not read.</param>
    private static bool TryReadData(ReadOnlySpan<byte> bytes, int at, RecordType type, string name, uint time, out DnsRecord? record)
    {
        record = null;
        int length = bytes.Length - at;
        string target;
        switch (type)
        {
            case RecordType.A when length == 4:
            case RecordType.Aaaa when length == 16:
                record = new DnsRecord.Address(name, time, new IPAddress(bytes[at..]));
                return true;
            case RecordType.Cname when DomainNames.TryRead(bytes, ref at, out target):
                record = new DnsRecord.Alias(name, time, target);
                return true;
            case RecordType.Soa when DomainNames.TryRead(bytes, ref at, out _) && DomainNames.TryRead(bytes, ref at, out _) && at + 20 <= bytes.Length:
                record = new DnsRecord.Authority(name, time, BinaryPrimitives.ReadUInt32BigEndian(bytes[(at + 16)..]));
                return true;
            case RecordType.Srv when length > 6:
                (ushort priority, ushort weight, ushort port) = (U16(bytes, at), U16(bytes, at + 2), U16(bytes, at + 4));
                at += 6;
                if (!DomainNames.TryRead(bytes, ref at, out target))
                {
                    return false;
                }

                record = new DnsRecord.Srv(name, time, priority, weight, port, target);
                return true;
            case RecordType.Naptr when length > 4:
                (ushort order, ushort preference) = (U16(bytes, at), U16(bytes, at + 2));
                at += 4;
                if (!TryReadText(bytes, ref at, out string flags) || !TryReadText(bytes, ref at, out string services) || !TryReadText(bytes, ref at, out string expression)
                    || !DomainNames.TryRead(bytes, ref at, out target))
                {
                    return false;
                }

                record = new DnsRecord.Naptr(name, time, order, preference, flags, services, expression, target);
                return true;
            case RecordType.A or RecordType.Aaaa or RecordType.Cname or RecordType.Soa or RecordType.Srv or RecordType.Naptr:
                return false;
            default:
                return true;
        }
    }

    /// <summary>A character-string (RFC 1035 section 3.3).</summary>
    private static bool TryReadText(ReadOnlySpan<byte> bytes, ref int at, out string text)
    {
        text = "";
        if (at >= bytes.Length || at + 1 + bytes[at] > bytes.Length)
        {
            return false;
        }

        text = Encoding.Latin1.GetString(bytes.Slice(at + 1, bytes[at]));
        at += 1 + bytes[at];
        return true;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
}
