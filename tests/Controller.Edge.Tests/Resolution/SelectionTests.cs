using System.Net.Sockets;
using Controller.Edge.Resolution.Selection;
using Controller.Edge.Resolution.Wire;
using Controller.Edge.Tests.Fakes;
using Controller.Sip.Transport;

namespace Controller.Edge.Tests.Resolution;

/// <summary>RFC 3263 section 4, with the records of its own examples.</summary>
public sealed class SelectionTests
{
    private static readonly LocalListener Udp = new(0, SipTransport.Udp, AddressFamily.InterNetwork);
    private static readonly LocalListener Tcp = new(1, SipTransport.Tcp, AddressFamily.InterNetwork);
    private static readonly LocalListener Tls = new(2, SipTransport.Tls, AddressFamily.InterNetwork);
    private static readonly LocalListener UdpSix = new(3, SipTransport.Udp, AddressFamily.InterNetworkV6);

    /// <summary>Section 4.1: "the resource record set for example.com".</summary>
    private static readonly Rr[] Example =
    [
        Rr.Naptr("example.com", 50, 50, "s", "SIPS+D2T", "_sips._tcp.example.com"), Rr.Naptr("example.com", 90, 50, "s", "SIP+D2T", "_sip._tcp.example.com"),
        Rr.Naptr("example.com", 100, 50, "s", "SIP+D2U", "_sip._udp.example.com"), Rr.Srv("_sip._tcp.example.com", 0, 1, 5060, "server1.example.com"),
        Rr.Srv("_sip._tcp.example.com", 1, 2, 5060, "server2.example.com"), Rr.Srv("_sips._tcp.example.com", 0, 1, 5061, "server1.example.com"),
        Rr.Srv("_sip._udp.example.com", 0, 1, 5062, "server2.example.com"), Rr.Address("server1.example.com", "192.0.2.1"),
        Rr.Address("server2.example.com", "192.0.2.2"), Rr.Address("server2.example.com", "2001:db8::2"), Rr.Address("example.com", "192.0.2.80"),
    ];

    private static NextHop Hop(LocalListener[] listeners, string host = "example.com", int port = 0, SipTransport? transport = null) =>
        new(host, port, transport, [.. listeners], 1);

    private static string[] Select(NextHop hop, Rr[] zone, out List<DnsQuestion> asked, Func<DnsQuestion, bool>? fails = null)
    {
        Dictionary<DnsQuestion, DnsAnswer> known = [];
        asked = [];
        while (true)
        {
            SelectionStep step = TargetSelection.Select(hop, question => known.GetValueOrDefault(question));
            if (step.Missing.IsEmpty)
            {
                return [.. step.Targets.Select(flow => $"{flow.Transport}:{flow.Listener} {flow.Remote}")];
            }

            Assert.Empty(step.Targets);
            Assert.DoesNotContain(step.Missing, known.ContainsKey);
            foreach (DnsQuestion question in step.Missing)
            {
                asked.Add(question);
                known[question] = fails?.Invoke(question) is true ? DnsAnswer.Failed : Answer(question, zone);
            }
        }
    }

    private static string[] Select(NextHop hop, params Rr[] zone) => Select(hop, zone, out _);

    private static DnsAnswer Answer(DnsQuestion question, Rr[] zone)
    {
        byte[] query = DnsQuery.Write(1, question, options: false);
        Assert.True(DnsReader.TryRead(Rr.Response(query, 0, [.. zone.Where(rr => rr.Name == question.Name && rr.Type == question.Type)]), out DnsMessage? message));
        return DnsAnswer.Of(message);
    }

    [Fact]
    public void NAPTR_says_the_transport_and_SRV_the_servers()
    {
        // 4.1: "the client … would choose TLS over TCP as the transport", if it has it; "otherwise, TCP", the next one.
        Assert.Equal(["Tcp:1 192.0.2.1:5060", "Tcp:1 192.0.2.2:5060"], Select(Hop([Udp, Tcp]), Example, out List<DnsQuestion> asked));
        Assert.Equal(
            [
                new("example.com", RecordType.Naptr), new("_sip._tcp.example.com", RecordType.Srv), new("server1.example.com", RecordType.A), new("server2.example.com", RecordType.A),
            ],
            asked);
        Assert.Equal(["Tls:2 192.0.2.1:5061"], Select(Hop([Udp, Tcp, Tls]), Example));
        Assert.Equal(["Udp:0 192.0.2.2:5062"], Select(Hop([Udp]), Example));
    }

    [Fact]
    public void Of_one_order_all_are_used_by_preference_and_no_other_order()
    {
        string[] targets = Select(
            Hop([Udp, Tcp]),
            [
                .. Example[3..], Rr.Naptr("example.com", 20, 1, "s", "SIP+D2U", "_late._udp.example.com"), Rr.Srv("_late._udp.example.com", 0, 0, 9, "server1.example.com"),
                Rr.Naptr("example.com", 10, 2, "S", "sip+d2t", "_sip._tcp.example.com"), Rr.Naptr("example.com", 10, 1, "s", "SIP+D2U", "_sip._udp.example.com"),
            ]);
        Assert.Equal(["Udp:0 192.0.2.2:5062", "Tcp:1 192.0.2.1:5060", "Tcp:1 192.0.2.2:5060"], targets);
    }

    [Fact]
    public void What_is_no_service_of_ours_is_as_if_it_were_not_there()
    {
        Rr[] others =
        [
            Rr.Naptr("example.com", 1, 1, "s", "SIP+D2W", "_sip._ws.example.com"), Rr.Naptr("example.com", 1, 1, "u", "E2U+sip", ""),
            Rr.Naptr("example.com", 1, 1, "a", "SIP+D2U", "server1.example.com"), Rr.Naptr("example.com", 1, 1, "s", "SIP+D2U", "", expression: "!^.*$!x!"),
            Rr.Naptr("example.com", 1, 1, "s", "SIPS+D2T", "_sips._tcp.example.com"),
        ];

        // Then 4.1: "SRV queries for those transport protocols it supports, and does a query for each".
        Assert.Equal(["Udp:0 192.0.2.2:5062", "Tcp:1 192.0.2.1:5060", "Tcp:1 192.0.2.2:5060"], Select(Hop([Udp, Tcp]), [.. Example[3..], .. others]));
    }

    [Fact]
    public void A_transport_that_is_named_is_taken_with_its_SRV()
    {
        Assert.Equal(["Tcp:1 192.0.2.1:5060", "Tcp:1 192.0.2.2:5060"], Select(Hop([Tcp], transport: SipTransport.Tcp), Example, out List<DnsQuestion> asked));
        Assert.Equal(new DnsQuestion("_sip._tcp.example.com", RecordType.Srv), asked[0]);
        Assert.Equal(["Tls:2 192.0.2.1:5061"], Select(Hop([Tls], transport: SipTransport.Tls), Example));
    }

    [Fact]
    public void A_port_that_is_named_leaves_only_addresses()
    {
        Assert.Equal(["Udp:0 192.0.2.80:5090"], Select(Hop([Udp, Tcp], port: 5090), Example, out List<DnsQuestion> asked));
        Assert.Equal([new DnsQuestion("example.com", RecordType.A)], asked);
        Assert.Equal(["Tcp:1 192.0.2.80:5090"], Select(Hop([Tcp], port: 5090, transport: SipTransport.Tcp), Example));

        // With no UDP of ours there is only what we have.
        Assert.Equal(["Tcp:1 192.0.2.80:5090"], Select(Hop([Tcp], port: 5090), Example));
    }

    [Fact]
    public void Without_SRV_the_host_itself_is_the_target_at_the_default_port()
    {
        Assert.Equal(["Udp:0 192.0.2.80:5060"], Select(Hop([Udp, Tcp]), Example[^1]));
        Assert.Equal(["Tls:2 192.0.2.80:5061"], Select(Hop([Tls], transport: SipTransport.Tls), Example[^1]));
        Assert.Equal(["Ws:4 192.0.2.80:80"], Select(Hop([new(4, SipTransport.Ws, AddressFamily.InterNetwork)], transport: SipTransport.Ws), Example[^1]));
        Assert.Empty(Select(Hop([Udp, Tcp])));
    }

    [Fact]
    public void A_name_of_this_machine_has_addresses_only()
    {
        Assert.Equal(["Udp:0 192.0.2.80:5060"], Select(Hop([Udp, Tcp]) with { IsLocal = true }, Example, out List<DnsQuestion> asked));
        Assert.Single(asked);
    }

    [Fact]
    public void A_service_that_is_decidedly_not_there_is_not_looked_for_elsewhere()
    {
        // RFC 2782: "A Target of "." means that the service is decidedly not available at this domain."
        Assert.Equal(["Tcp:1 192.0.2.1:5060", "Tcp:1 192.0.2.2:5060"], Select(Hop([Udp, Tcp]), [.. Example[3..5], .. Example[7..], Rr.Srv("_sip._udp.example.com", 0, 0, 0, ".")]));
        Assert.Empty(Select(Hop([Udp]), Example[^1], Rr.Srv("_sip._udp.example.com", 0, 0, 0, ".")));
    }

    [Fact]
    public void Where_nobody_could_say_whether_there_is_SRV_the_host_itself_is_not_taken_for_it()
    {
        Assert.Empty(Select(Hop([Udp]), Example, out _, question => question.Type == RecordType.Srv));

        // NAPTR is different: without it the same servers are found.
        Assert.Equal(["Udp:0 192.0.2.2:5062"], Select(Hop([Udp]), Example, out _, question => question.Type == RecordType.Naptr));

        // One server of several that has no address is left out.
        Assert.Equal(["Tcp:1 192.0.2.2:5060"], Select(Hop([Tcp]), Example, out _, question => question.Name == "server1.example.com"));
    }

    [Fact]
    public void Both_families_are_found_where_there_are_listeners_for_both()
    {
        Assert.Equal(["Udp:0 192.0.2.2:5062", "Udp:3 [2001:db8::2]:5062"], Select(Hop([Udp, UdpSix]), Example));
        Assert.Equal(["Udp:3 [2001:db8::2]:5062"], Select(Hop([UdpSix]), Example));
        Assert.Equal(["Udp:3 [2001:db8::2]:5062", "Udp:0 192.0.2.2:5062"], Select(Hop([UdpSix, Udp, new(5, SipTransport.Udp, AddressFamily.InterNetwork)]), Example));
        Assert.Empty(Select(Hop([])));
    }

    [Fact]
    public void Targets_are_told_once_and_not_without_end()
    {
        Rr[] many = [.. Enumerable.Range(0, 40).SelectMany(i => new[] { Rr.Srv("_sip._udp.example.com", (ushort)i, 0, 5060, $"s{i}.example.com"), Rr.Address($"s{i}.example.com", $"192.0.2.{i / 2}") })];
        string[] targets = Select(Hop([Udp]), many);
        Assert.Equal(TargetSelection.MaxTargets, targets.Length);
        Assert.Equal(targets, targets.Distinct());
        Assert.Equal("Udp:0 192.0.2.0:5060", targets[0]);
    }

    [Fact]
    public void A_name_that_is_too_long_for_its_SRV_still_has_addresses()
    {
        string name = string.Join('.', Enumerable.Repeat(new string('a', 49), 5));
        Assert.Equal(["Udp:0 192.0.2.9:5060"], Select(Hop([Udp], name), Rr.Address(name, "192.0.2.9")));
    }

    [Fact]
    public void Priority_is_before_weight_and_the_seed_decides_among_weights()
    {
        DnsRecord.Srv[] records = [Service(2, 100, "d"), Service(1, 10, "a"), Service(1, 90, "b"), Service(1, 0, "c")];
        string[] order = [.. SrvOrder.Of(records, 42).Select(record => record.Target)];
        Assert.Equal("d", order[^1]);
        Assert.Equal(order, SrvOrder.Of(Enumerable.Reverse(records), 42).Select(record => record.Target));
        Assert.Equal(4, order.Distinct().Count());
    }

    [Fact]
    public void Weights_are_shares()
    {
        DnsRecord.Srv[] records = [Service(1, 10, "a"), Service(1, 30, "b"), Service(1, 60, "c"), Service(1, 0, "d")];
        Dictionary<string, int> first = records.ToDictionary(record => record.Target, _ => 0);
        const int Draws = 20_000;
        for (ulong seed = 0; seed < Draws; seed++)
        {
            first[SrvOrder.Of(records, seed).First().Target]++;
        }

        Assert.InRange(first["a"] / (double)Draws, 0.09, 0.11);
        Assert.InRange(first["b"] / (double)Draws, 0.28, 0.32);
        Assert.InRange(first["c"] / (double)Draws, 0.58, 0.62);

        // RFC 2782: "records containing weights greater than 0" leave one with 0 "a very small chance": one in 101 here.
        Assert.InRange(first["d"] / (double)Draws, 0.005, 0.02);
    }

    private static DnsRecord.Srv Service(ushort priority, ushort weight, string target) => new("_sip._udp.example.com", 1, priority, weight, 5060, target);
}
