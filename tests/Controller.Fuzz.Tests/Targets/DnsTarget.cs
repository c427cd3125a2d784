using System.Text;
using Controller.Edge.Resolution.Wire;

namespace Controller.Fuzz.Tests.Targets;

/// <summary>What a name server says.</summary>
internal sealed class DnsTarget : Target
{
    /// <summary>With pointers: to the question at 12, and from record to record.</summary>
    private static readonly byte[][] Responses =
    [
        Response(DnsQuestion("example.com", 33), 2, 0, 0, [0xC0, 12, .. Record(33, [0, 1, 0, 2, 0x13, 0xC4, 1, (byte)'a', 0xC0, 12]), 0xC0, 12, .. Record(33, [0, 2, 0, 0, 0x13, 0xC4, 0])]),
        Response(DnsQuestion("example.com", 35), 1, 0, 1, [0xC0, 12, .. Record(35, [0, 10, 0, 20, 1, (byte)'s', 7, .. "SIP+D2U"u8, 0, 4, .. "_sip"u8, 4, .. "_udp"u8, 0xC0, 12]), 0, .. Record(41, [])]),
        Response(DnsQuestion("a.example.com", 1), 3, 0, 0, [0xC0, 12, .. Record(5, [1, (byte)'b', 0xC0, 14]), 0xC0, 43, .. Record(1, [192, 0, 2, 1]), 0xC0, 43, .. Record(28, new byte[16])]),
        Response(DnsQuestion("no.example.com", 28), 0, 1, 0, [0xC0, 15, .. Record(6, [2, (byte)'n', (byte)'s', 0xC0, 15, 0xC0, 12, .. new byte[20]])]),
    ];

    public override string Name => "dns";

    public override byte[] Next(Random random) => Mutation.Of(Responses[random.Next(Responses.Length)], Responses, random);

    public override void Run(byte[] input)
    {
        if (!DnsReader.TryRead(input, out DnsMessage? message))
        {
            return;
        }

        DnsAnswer answer = DnsAnswer.Of(message);
        Check(answer.Records.Length <= message.Answers.Length, "no more than what was said");
        foreach (DnsRecord record in message.Answers.Concat(message.Authorities))
        {
            Check(record.Name.Length <= 4 * 255, "a name is bounded");
            if (DomainNames.TryNormalise(record.Name, out string name))
            {
                byte[] written = new byte[255];
                int at = 0;
                Check(DomainNames.Write(written, name) <= 255 && DomainNames.TryRead(written, ref at, out string again) && again == name, "a name that can be asked for is written as it is read");
            }
        }
    }

    private static byte[] Response(byte[] question, byte answers, byte authorities, byte additional, byte[] records) =>
        [0x12, 0x34, 0x81, 0x80, 0, 1, 0, answers, 0, authorities, 0, additional, .. question, .. records];

    private static byte[] DnsQuestion(string name, byte type) => [.. name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]), 0, 0, type, 0, 1];

    /// <summary>What follows the name.</summary>
    private static byte[] Record(byte type, byte[] content) => [0, type, 0, 1, 0, 0, 0, 60, 0, (byte)content.Length, .. content];
}
