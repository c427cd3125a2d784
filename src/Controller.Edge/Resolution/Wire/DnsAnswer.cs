using System.Collections.Immutable;

namespace Controller.Edge.Resolution.Wire;

/// <summary>What is known of a question.</summary>
/// <param name="IsFailed">Nobody could say; otherwise no record means that there is none.</param>
/// <param name="Records">Of the type that was asked for, in the order of the response.</param>
/// <param name="TimeToLive">Seconds for which it is true; 0 where nobody said.</param>
internal sealed record DnsAnswer(bool IsFailed, ImmutableArray<DnsRecord> Records, uint TimeToLive)
{
    /// <summary>Nobody could say: no server answered, or each with an error.</summary>
    public static readonly DnsAnswer Failed = new(true, [], 0);

    /// <summary>Longer chains of aliases are somebody's mistake, or a loop.</summary>
    private const int MaxAliases = 8;

    /// <param name="message">With NOERROR or NXDOMAIN.</param>
    public static DnsAnswer Of(DnsMessage message)
    {
        string name = message.Question.Name;
        uint time = uint.MaxValue;
        for (int i = 0; i <= MaxAliases; i++)
        {
            ImmutableArray<DnsRecord> found = [.. message.Answers.Where(record => record.Name == name && IsOf(record, message.Question.Type))];
            if (!found.IsEmpty)
            {
                return new DnsAnswer(false, found, Math.Min(time, found.Min(record => record.TimeToLive)));
            }

            if (message.Answers.FirstOrDefault(record => record is DnsRecord.Alias && record.Name == name) is not DnsRecord.Alias alias)
            {
                break;
            }

            name = alias.Of;
            time = Math.Min(time, alias.TimeToLive);
        }

        // RFC 2308 section 5: "The TTL of this record is set from the minimum of the MINIMUM field of the SOA record and the TTL of the SOA itself".
        uint negative = message.Authorities.OfType<DnsRecord.Authority>().Select(soa => Math.Min(soa.TimeToLive, soa.Minimum)).FirstOrDefault();
        return new DnsAnswer(false, [], Math.Min(time, negative));
    }

    private static bool IsOf(DnsRecord record, RecordType type) => record switch
    {
        DnsRecord.Address address => type == (address.Value.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6 ? RecordType.Aaaa : RecordType.A),
        DnsRecord.Srv => type == RecordType.Srv,
        DnsRecord.Naptr => type == RecordType.Naptr,
        DnsRecord.Alias => type == RecordType.Cname,
        _ => type == RecordType.Soa,
    };
}
