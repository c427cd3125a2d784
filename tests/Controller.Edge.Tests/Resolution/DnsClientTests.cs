using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Controller.Edge.Resolution;
using Controller.Edge.Resolution.Client;
using Controller.Edge.Resolution.Wire;
using Controller.Edge.Telemetry;
using Controller.Edge.Tests.Fakes;

namespace Controller.Edge.Tests.Resolution;

public sealed class DnsClientTests : IDisposable
{
    private readonly EdgeInstruments _edge = new(() => 0);
    private readonly List<IDisposable> _open = [];

    private static ResolverOptions Options(params NameServer[] servers) => new()
    {
        Servers = [.. servers.Select(server => server.Address)],
        Timeout = TimeSpan.FromMilliseconds(150),
        HostsFile = "/dev/null",
    };

    private NameServer Server(Func<NameServer.Asked, byte[]?> script)
    {
        NameServer server = new(script);
        _open.Add(server);
        return server;
    }

    private DnsClient Client(ResolverOptions options, TimeProvider? clock = null)
    {
        DnsClient client = null!;
        client = new DnsClient(options, new ResolutionInstruments(_edge.Meter, () => client?.Cached ?? 0, () => 0), clock ?? TimeProvider.System);
        _open.Add(client);
        return client;
    }

    public void Dispose()
    {
        _open.ForEach(each => each.Dispose());
        _edge.Dispose();
    }

    private static byte[] One(NameServer.Asked asked) => Rr.Response(asked.Query, 0, Rr.Address(asked.Question.Name, "192.0.2.1"));

    private static string Text(DnsAnswer answer) =>
        answer.IsFailed ? "failed" : string.Join(' ', answer.Records.OfType<DnsRecord.Address>().Select(record => record.Value.ToString()).DefaultIfEmpty("none"));

    private static string Ask(DnsClient client, string name, RecordType type = RecordType.A) => new Asker(client, new DnsQuestion(name, type)).Next();

    private long Counted(string instrument, string? tag = null) => Meters.Read(_edge.Meter, instrument, tag);

    [Fact]
    public void An_answer_is_remembered_as_long_as_it_is_true()
    {
        NameServer server = Server(asked => Rr.Response(asked.Query, 0, Rr.Address(asked.Question.Name, "192.0.2.1", 60)));
        ManualTime clock = new();
        DnsClient client = Client(Options(server), clock);
        Assert.Equal("192.0.2.1", Ask(client, "a.example"));
        clock.Advance(TimeSpan.FromSeconds(59.9));
        Assert.Equal("192.0.2.1", Ask(client, "a.example"));
        Assert.Equal(1, server.Count("a.example"));
        clock.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal("192.0.2.1", Ask(client, "a.example"));
        Assert.Equal(2, server.Count("a.example"));
        Assert.Equal((2, 1, 2, 2), (Counted("edge.dns.queries", "udp"), Counted("edge.dns.cache.hits"), Counted("edge.dns.cache.misses"), Counted("edge.dns.answers", "noerror")));
    }

    [Fact]
    public void Times_are_kept_within_bounds()
    {
        NameServer server = Server(asked => asked.Question.Name == "no.example"
            ? Rr.Response(asked.Query, 3, [], [Rr.Soa("example", 86400, 86400)])
            : Rr.Response(asked.Query, 0, Rr.Address(asked.Question.Name, "192.0.2.1", asked.Question.Name == "long.example" ? 1_000_000u : 0)));
        ManualTime clock = new();
        DnsClient client = Client(
            Options(server) with { MinTimeToLive = TimeSpan.FromSeconds(2), MaxTimeToLive = TimeSpan.FromSeconds(100), NegativeTimeToLive = TimeSpan.FromSeconds(30) }, clock);
        Assert.Equal("192.0.2.1", Ask(client, "short.example"));
        Assert.Equal("192.0.2.1", Ask(client, "long.example"));
        Assert.Equal("none", Ask(client, "no.example"));
        foreach ((double at, int shorts, int longs, int nos) in new[] { (1.9, 1, 1, 1), (2.1, 2, 1, 1), (29.9, 3, 1, 1), (30.1, 3, 1, 2), (99.9, 4, 1, 3), (100.1, 4, 2, 3) })
        {
            clock.Advance(TimeSpan.FromTicks(TimeSpan.TicksPerDay) + TimeSpan.FromSeconds(at) - TimeSpan.FromTicks(clock.GetTimestamp()));
            Ask(client, "short.example");
            Ask(client, "long.example");
            Ask(client, "no.example");
            Assert.Equal((at, shorts, longs, nos), (at, server.Count("short.example"), server.Count("long.example"), server.Count("no.example")));
        }
    }

    [Fact]
    public void With_no_least_time_what_may_not_be_kept_is_not()
    {
        NameServer server = Server(asked => Rr.Response(asked.Query, 0, Rr.Address(asked.Question.Name, "192.0.2.1", 0)));
        DnsClient client = Client(Options(server) with { MinTimeToLive = TimeSpan.Zero });
        Ask(client, "a.example");
        Ask(client, "a.example");
        Assert.Equal(2, server.Count("a.example"));
        Assert.Equal(0, client.Cached);
    }

    [Fact]
    public void The_memory_is_bounded()
    {
        NameServer server = Server(One);
        DnsClient client = Client(Options(server) with { CacheMax = 3 });
        for (int i = 0; i < 10; i++)
        {
            Ask(client, $"h{i}.example");
        }

        Assert.Equal(3, client.Cached);
        Ask(client, "h9.example");
        Ask(client, "h0.example");
        Assert.Equal((1, 2), (server.Count("h9.example"), server.Count("h0.example")));
    }

    [Fact]
    public void One_query_answers_all_who_ask_meanwhile()
    {
        using ManualResetEventSlim go = new();
        NameServer server = Server(asked =>
        {
            go.Wait();
            return One(asked);
        });
        DnsClient client = Client(Options(server) with { Timeout = TimeSpan.FromSeconds(5) });
        Asker[] askers = [.. Enumerable.Range(0, 50).Select(_ => new Asker(client, new DnsQuestion("a.example", RecordType.A)))];
        Wait.Until(() => askers.All(asker => asker.HasBegun), "not all have asked");
        go.Set();
        Assert.All(askers, asker => Assert.Equal("192.0.2.1", asker.Next()));
        Assert.Single(server.Heard);
    }

    [Fact]
    public void Each_query_has_an_id_and_a_port_of_its_own()
    {
        NameServer server = Server(One);
        DnsClient client = Client(Options(server));
        for (int i = 0; i < 40; i++)
        {
            Ask(client, $"h{i}.example");
        }

        // Of 40 draws from 65,536 or from the 28,000 ports of the system a few may be the same.
        Assert.InRange(server.Heard.Select(asked => (asked.Query[0] << 8) | asked.Query[1]).Distinct().Count(), 37, 40);
        Assert.InRange(server.Heard.Select(asked => asked.From.Port).Distinct().Count(), 30, 40);
    }

    [Fact]
    public void A_truncated_answer_is_asked_for_again_over_TCP()
    {
        Rr[] many = [.. Enumerable.Range(1, 200).Select(i => Rr.Address("many.example", $"192.0.2.{i}"))];
        NameServer server = Server(asked => asked.IsStream ? Rr.Response(asked.Query, 0, many) : Rr.Response(asked.Query, 0, [], [], truncated: true));
        Assert.Equal(200, Ask(Client(Options(server) with { Timeout = TimeSpan.FromSeconds(2) }), "many.example").Split(' ').Length);
        Assert.Equal([false, true], server.Heard.Select(asked => asked.IsStream));
        Assert.Equal(1, Counted("edge.dns.queries", "tcp"));
    }

    [Fact]
    public void What_does_not_match_is_dropped_counted_and_waited_past()
    {
        NameServer server = null!;
        using UdpClient stranger = new(new IPEndPoint(IPAddress.Loopback, 0));
        server = Server(asked =>
        {
            byte[] lie = Rr.Response(asked.Query, 0, Rr.Address(asked.Question.Name, "203.0.113.66"));
            stranger.Send(lie, asked.From);
            byte[] wrongId = [.. lie];
            wrongId[1] ^= 1;
            server.Say(wrongId, asked.From);
            server.Say(Rr.Response(DnsQuery.Write((ushort)((asked.Query[0] << 8) | asked.Query[1]), new DnsQuestion("b.example", RecordType.A), false), 0), asked.From);
            server.Say([1, 2, 3], asked.From);
            return One(asked);
        });
        Assert.Equal("192.0.2.1", Ask(Client(Options(server) with { Timeout = TimeSpan.FromSeconds(5) }), "a.example"));
        Assert.Equal(
            (1, 1, 1, 1),
            (Counted("edge.dns.answers.dropped", "wrong-source"), Counted("edge.dns.answers.dropped", "wrong-id"), Counted("edge.dns.answers.dropped", "wrong-question"),
                Counted("edge.dns.answers.dropped", "malformed")));
    }

    [Fact]
    public void A_server_that_fails_or_is_silent_is_followed_by_the_next_and_the_good_one_is_asked_first_then()
    {
        NameServer failing = Server(asked => Rr.Response(asked.Query, 2));
        NameServer silent = Server(_ => null);
        NameServer good = Server(One);
        DnsClient client = Client(Options(failing, silent, good));
        Assert.Equal("192.0.2.1", Ask(client, "a.example"));
        Assert.Equal("192.0.2.1", Ask(client, "b.example"));
        Assert.Equal((1, 1, 2), (failing.Heard.Count, silent.Heard.Count, good.Heard.Count));
        Assert.Equal((1, 1), (Counted("edge.dns.timeouts"), Counted("edge.dns.answers", "servfail")));
    }

    [Fact]
    public void When_every_server_has_refused_nobody_could_say_and_that_is_remembered_for_a_moment()
    {
        NameServer one = Server(asked => Rr.Response(asked.Query, 5));
        NameServer two = Server(asked => Rr.Response(asked.Query, 2));
        DnsClient client = Client(Options(one, two) with { Timeout = TimeSpan.FromSeconds(30) });
        Assert.Equal("failed", Ask(client, "a.example"));
        Assert.Equal("failed", Ask(client, "a.example"));
        Assert.Equal((1, 1), (one.Heard.Count, two.Heard.Count));
    }

    [Fact]
    public void A_name_that_does_not_exist_is_no_failure()
    {
        NameServer server = Server(asked => Rr.Response(asked.Query, 3, [], [Rr.Soa("example", 60, 60)]));
        DnsClient client = Client(Options(server));
        Assert.Equal("none", Ask(client, "a.example"));
        Assert.Equal("none", Ask(client, "a.example"));
        Assert.Single(server.Heard);
        Assert.Equal(1, Counted("edge.dns.answers", "nxdomain"));
    }

    [Fact]
    public void A_server_that_does_not_know_options_is_asked_without()
    {
        NameServer old = Server(asked => asked.HasOptions ? Rr.Response(asked.Query, 1) : One(asked));
        Assert.Equal("192.0.2.1", Ask(Client(Options(old) with { Timeout = TimeSpan.FromSeconds(30) }), "a.example"));

        NameServer wall = Server(asked => asked.HasOptions ? null : One(asked));
        Assert.Equal("192.0.2.1", Ask(Client(Options(wall)), "a.example"));
        Assert.Equal([true, true, false], wall.Heard.Select(asked => asked.HasOptions));
    }

    [Fact]
    public void An_answer_to_an_earlier_try_is_still_an_answer()
    {
        NameServer server = null!;
        List<NameServer.Asked> heard = [];
        server = Server(asked =>
        {
            heard.Add(asked);
            if (heard.Count == 2)
            {
                server.Say(One(heard[0]), heard[0].From);
            }

            return null;
        });
        Assert.Equal("192.0.2.1", Ask(Client(Options(server)), "a.example"));
    }

    [Fact]
    public void Who_waits_too_long_is_told_and_a_late_answer_harms_nobody()
    {
        NameServer server = null!;
        List<NameServer.Asked> heard = [];
        bool late = true;
        server = Server(asked =>
        {
            heard.Add(asked);
            return late ? null : One(asked);
        });
        ResolverOptions options = Options(server) with { Timeout = TimeSpan.FromMilliseconds(60), MinTimeToLive = TimeSpan.Zero };
        DnsClient client = Client(options);
        Assert.Equal("failed", Ask(client, "a.example"));
        Assert.Equal(3, heard.Count);
        Assert.Equal(3, Counted("edge.dns.timeouts"));
        heard.ForEach(asked => server.Say(Rr.Response(asked.Query, 0, Rr.Address("a.example", "203.0.113.9")), asked.From));
        late = false;
        Assert.Equal("192.0.2.1", Ask(client, "a.example"));
    }

    [Fact]
    public void The_hosts_file_is_asked_first_and_read_again_when_it_changes()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "127.0.0.1 localhost  Box.Example # a comment\n::1 localhost\n# 192.0.2.9 c.example\nnonsense d.example\n");
            NameServer server = Server(asked => Rr.Response(asked.Query, 3));
            ManualTime clock = new();
            DnsClient client = Client(Options(server) with { HostsFile = file, MinTimeToLive = TimeSpan.Zero }, clock);
            Assert.Equal("127.0.0.1", Ask(client, "localhost"));
            Assert.Equal("::1", Ask(client, "localhost", RecordType.Aaaa));
            Assert.Equal("127.0.0.1", Ask(client, "box.example"));
            Assert.Equal("none", Ask(client, "box.example", RecordType.Aaaa));
            Assert.Empty(server.Heard);
            Assert.Equal("none", Ask(client, "c.example"));
            Assert.Equal("none", Ask(client, "d.example"));
            Assert.Equal(2, server.Heard.Count);

            File.WriteAllText(file, "192.0.2.7 c.example\n");
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddSeconds(5));
            clock.Advance(TimeSpan.FromSeconds(6));
            Assert.Equal("192.0.2.7", Ask(client, "c.example"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void The_servers_of_the_system_are_three_at_most_and_this_machine_if_there_is_none()
    {
        Assert.Equal(
            ["192.0.2.53:53", "[2001:db8::53]:53", "192.0.2.54:53"],
            SystemFiles.Servers(["# x", "search example", " nameserver\t192.0.2.53 ; first", "nameserver 2001:db8::53", "nameserver x", "nameserver 192.0.2.54", "nameserver 192.0.2.55"]).Select(each => each.ToString()));
        Assert.Equal(["127.0.0.1:53"], SystemFiles.Servers([]).Select(each => each.ToString()));
    }

    private sealed class Asker : IAsker
    {
        private readonly DnsClient _client;
        private readonly DnsQuestion _question;
        private readonly BlockingCollection<string> _told = [];
        private volatile bool _hasBegun;

        public Asker(DnsClient client, DnsQuestion question)
        {
            _client = client;
            _question = question;
            client.Post(this);
        }

        public bool HasBegun => _hasBegun;

        public string Next()
        {
            Assert.True(_told.TryTake(out string? text, TimeSpan.FromSeconds(10)), $"{_question} was not answered within 10 s");
            return text;
        }

        public bool Begin()
        {
            DnsAnswer? known = _client.Ask(_question, this);
            if (known is not null)
            {
                _told.Add(Text(known));
            }

            _hasBegun = true;
            return known is null;
        }

        public void Answered(DnsQuestion question, DnsAnswer answer) => _told.Add(Text(answer));

        public void OutOfTime()
        {
        }
    }
}
