using System.Buffers.Binary;
using System.Net;
using System.Text;
using Controller.Edge.Resolution.Wire;

namespace Controller.Edge.Tests.Fakes;

/// <summary>A resource record as octets, and responses made of them.</summary>
internal sealed record Rr(string Name, RecordType Type, uint TimeToLive, byte[] Content)
{
    public static Rr Address(string name, string address, uint time = 300)
    {
        IPAddress parsed = IPAddress.Parse(address);
        return new Rr(name, parsed.GetAddressBytes().Length == 4 ? RecordType.A : RecordType.Aaaa, time, parsed.GetAddressBytes());
    }

    public static Rr Srv(string name, ushort priority, ushort weight, ushort port, string target, uint time = 300) =>
        new(name, RecordType.Srv, time, [.. U16(priority), .. U16(weight), .. U16(port), .. Labels(target)]);

    public static Rr Naptr(string name, ushort order, ushort preference, string flags, string services, string replacement, uint time = 300, string expression = "") =>
        new(name, RecordType.Naptr, time, [.. U16(order), .. U16(preference), .. Text(flags), .. Text(services), .. Text(expression), .. Labels(replacement)]);

    public static Rr Cname(string name, string target, uint time = 300) => new(name, RecordType.Cname, time, Labels(target));

    public static Rr Soa(string name, uint time, uint minimum) => new(name, RecordType.Soa, time, [.. Labels("ns." + name), .. Labels("root." + name), .. new byte[16], .. U32(minimum)]);

    /// <param name="query">Whose id and question are repeated.</param>
    public static byte[] Response(ReadOnlySpan<byte> query, int code, params Rr[] answers) => Response(query, code, answers, []);

    public static byte[] Response(ReadOnlySpan<byte> query, int code, Rr[] answers, Rr[] authorities, bool truncated = false)
    {
        byte[] question = query[12..(12 + QuestionLength(query))].ToArray();
        return
        [
            .. query[..2], .. U16((ushort)(0x8180 | code | (truncated ? 0x0200 : 0))), .. U16(1), .. U16((ushort)answers.Length), .. U16((ushort)authorities.Length), .. U16(0),
            .. question, .. answers.SelectMany(each => each.Octets), .. authorities.SelectMany(each => each.Octets),
        ];
    }

    public static DnsQuestion QuestionOf(ReadOnlySpan<byte> query)
    {
        int at = 12;
        Assert.True(DomainNames.TryRead(query, ref at, out string name));
        return new DnsQuestion(name, (RecordType)BinaryPrimitives.ReadUInt16BigEndian(query[at..]));
    }

    public byte[] Octets => [.. Labels(Name), .. U16((ushort)Type), .. U16(1), .. U32(TimeToLive), .. U16((ushort)Content.Length), .. Content];

    public static byte[] Labels(string name) => name is "" or "." ? [0] : [.. name.Split('.').SelectMany(label => Text(label)), 0];

    private static int QuestionLength(ReadOnlySpan<byte> query)
    {
        int at = 12;
        Assert.True(DomainNames.TryRead(query, ref at, out _));
        return at + 4 - 12;
    }

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.Latin1.GetBytes(text)];

    private static byte[] U16(ushort value) => [(byte)(value >> 8), (byte)value];

    private static byte[] U32(uint value) => [.. U16((ushort)(value >> 16)), .. U16((ushort)value)];
}
