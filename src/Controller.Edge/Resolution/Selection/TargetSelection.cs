using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Controller.Edge.Resolution.Wire;
using Controller.Sip.Transport;

namespace Controller.Edge.Resolution.Selection;

/// <summary>
/// RFC 3263 section 4 as a function: from a next hop and what is known of the names so far either to what has to be asked next, or to the targets.
/// 1 transport (4.1): named, or by NAPTR, or by which SRV there is; 2 port and hosts (4.2): SRV, else the host itself; 3 addresses.
/// </summary>
internal static class TargetSelection
{
    /// <summary>More are not handed to a call.</summary>
    public const int MaxTargets = 16;

    /// <param name="known">Null: not asked yet.</param>
    public static SelectionStep Select(NextHop hop, Func<DnsQuestion, DnsAnswer?> known)
    {
        Reading reading = new(known);
        ImmutableArray<Flow> targets = [.. Targets(hop, reading).Distinct().Take(MaxTargets)];
        return reading.Missing.Count > 0 ? new SelectionStep([.. reading.Missing.Distinct()], []) : new SelectionStep([], targets);
    }

    private static List<Flow> Targets(NextHop hop, Reading reading)
    {
        if (hop.Listeners.IsEmpty)
        {
            return [];
        }

        SipTransport transport = hop.Transport ?? DefaultTransport(hop);

        // 4.2: "If the TARGET was not a numeric IP address, but a port is present in the URI, the client performs an A or AAAA record lookup of the domain name."
        if (hop.Port != 0 || hop.IsLocal)
        {
            return [.. Addresses(hop, reading, hop.Host, hop.Port != 0 ? hop.Port : DefaultPort(transport), transport)];
        }

        ImmutableArray<Located> services = Services(hop, reading);
        if (reading.Missing.Count > 0)
        {
            return [];
        }

        (Located Where, DnsAnswer? Answer)[] answers = [.. services.Select(service => (service, reading.Of(service.Name, RecordType.Srv)))];
        List<Flow> targets = [];
        foreach ((Located where, DnsAnswer? answer) in answers)
        {
            foreach (DnsRecord.Srv service in SrvOrder.Of(answer?.Records.OfType<DnsRecord.Srv>() ?? [], hop.Seed))
            {
                // RFC 2782: a target of "." means that the service is decidedly not available at this domain.
                targets.AddRange(service.Target.Length == 0 ? [] : Addresses(hop, reading, service.Target, service.Port, where.Transport));
            }
        }

        // 4.2: "If no SRV records were found, the client performs an A or AAAA record lookup of the domain name." Not where nobody could say whether there are any.
        return answers.All(each => each.Answer is { IsFailed: false, Records.IsEmpty: true })
            ? [.. Addresses(hop, reading, hop.Host, DefaultPort(transport), transport)]
            : targets;
    }

    /// <summary>Where SRV records are looked for, the preferred first.</summary>
    private static ImmutableArray<Located> Services(NextHop hop, Reading reading)
    {
        if (hop.Transport is { } named)
        {
            return [.. Located.At(hop.Host, named)];
        }

        if (reading.Of(hop.Host, RecordType.Naptr) is not { } naptr)
        {
            return [];
        }

        // 4.1: "First, a client resolving a SIPS URI MUST discard any services that do not contain "SIPS" as the protocol … The client MUST also discard any
        // service fields that identify a resolution service whose value is not "D2X", for values of X that indicate transport protocols supported by the client."
        // RFC 3403 section 4.1: a client "MUST NOT consider any NAPTRs with a different value for ORDER" once it has found what it can use.
        var usable = naptr.Records.OfType<DnsRecord.Naptr>()
            .Where(pointer => pointer.Flags is "s" or "S" && pointer.Expression.Length == 0 && pointer.Replacement.Length > 0)
            .Select(pointer => (pointer.Order, pointer.Preference, Service: Located.Of(pointer)))
            .Where(each => each.Service is { } service && Has(hop, service.Transport))
            .OrderBy(each => each.Order).ThenBy(each => each.Preference).ToList();
        if (usable.Count > 0)
        {
            return [.. usable.TakeWhile(each => each.Order == usable[0].Order).Select(each => each.Service!.Value)];
        }

        // "If no NAPTR records are found, the client constructs SRV queries for those transport protocols it supports, and does a query for each."
        return [.. new[] { SipTransport.Udp, SipTransport.Tcp, SipTransport.Tls }.Where(each => Has(hop, each)).SelectMany(each => Located.At(hop.Host, each))];
    }

    private static IEnumerable<Flow> Addresses(NextHop hop, Reading reading, string name, int port, SipTransport transport)
    {
        // The questions of all families go out together.
        List<(LocalListener Listener, DnsAnswer? Answer)> answers = [];
        foreach (LocalListener listener in hop.Listeners.Where(each => each.Transport == transport).DistinctBy(each => each.Family))
        {
            answers.Add((listener, reading.Of(name, listener.Family == AddressFamily.InterNetworkV6 ? RecordType.Aaaa : RecordType.A)));
        }

        return answers.SelectMany(each => (each.Answer?.Records ?? []).OfType<DnsRecord.Address>()
            .Select(record => new Flow(transport, each.Listener.Number, new IPEndPoint(record.Value, port))));
    }

    private static bool Has(NextHop hop, SipTransport transport) => hop.Listeners.Any(listener => listener.Transport == transport);

    /// <summary>4.1: "If no SRV records are found, the client SHOULD use TCP for a SIPS URI, and UDP for a SIP URI"; what we have, if we have no UDP.</summary>
    private static SipTransport DefaultTransport(NextHop hop) => Has(hop, SipTransport.Udp) ? SipTransport.Udp : hop.Listeners[0].Transport;

    /// <summary>RFC 3261 section 19.1.2: "the default port value is transport and scheme dependent"; RFC 7118 section 8 for WebSocket.</summary>
    public static int DefaultPort(SipTransport transport) => transport switch
    {
        SipTransport.Tls => 5061,
        SipTransport.Ws => 80,
        SipTransport.Wss => 443,
        _ => 5060,
    };

    /// <summary>Notes what is not known. A name that no query can carry is known to have nothing.</summary>
    private sealed class Reading(Func<DnsQuestion, DnsAnswer?> known)
    {
        private static readonly DnsAnswer Nothing = new(false, [], 0);

        public List<DnsQuestion> Missing { get; } = [];

        public DnsAnswer? Of(string name, RecordType type)
        {
            if (!DomainNames.TryNormalise(name, out string normalised))
            {
                return Nothing;
            }

            DnsQuestion question = new(normalised, type);
            DnsAnswer? answer = known(question);
            if (answer is null)
            {
                Missing.Add(question);
            }

            return answer;
        }
    }
}
