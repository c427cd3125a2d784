using System.Net;
using Controller.Actors;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Edge.Resolution;
using Controller.Edge.Telemetry;
using Controller.Edge.Tests.Fakes;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Edge.Tests.Resolution;

public sealed class ResolutionTests : IDisposable
{
    private static readonly ActorId Call = new(ActorKinds.Call, 7);

    private readonly FakeActors _actors = new();
    private readonly EdgeInstruments _instruments = new(() => 0);
    private readonly List<IDisposable> _open = [];

    private static CallEffect.Resolve Wanted(string host, int lookup = 1, int port = 0) => new(lookup, host, port, SipTransport.Udp, 0);

    private static CallEffect.Resolve Any(string host, int lookup = 1, int listener = 0) => new(lookup, host, 0, SipTransport.Udp, listener) { AnyTransport = true };

    private TargetResolver Resolver(Func<NameServer.Asked, byte[]?> script, out NameServer server, TimeProvider? clock = null, Func<ResolverOptions, ResolverOptions>? more = null)
    {
        server = new NameServer(script);
        _open.Add(server);
        ResolverOptions options = new() { Servers = [server.Address], Timeout = TimeSpan.FromMilliseconds(150) };
        TargetResolver resolver = new(more?.Invoke(options) ?? options, _actors, _instruments, clock ?? TimeProvider.System);
        _open.Add(resolver);
        resolver.Attach(
        [
            Listener("core", SipTransport.Udp, "127.0.0.1"), Listener("core", SipTransport.Tcp, "127.0.0.1"), Listener("other", SipTransport.Tcp, "127.0.0.1"),
            Listener("core", SipTransport.Udp, "::1"),
        ]);
        return resolver;
    }

    private static ListenerSettings Listener(string realm, SipTransport transport, string address) => new(realm, transport, new IPEndPoint(IPAddress.Parse(address), 5060), address, 5060);

    private static byte[] Answer(NameServer.Asked asked, params Rr[] zone) => Rr.Response(
        asked.Query, 0, [.. zone.Where(rr => rr.Name == asked.Question.Name && rr.Type == asked.Question.Type)], [Rr.Soa("example.com", 60, 60)]);

    private string[] Told(int lookup = 1)
    {
        CallInput.Resolved told = _actors.Next<CallInput.Resolved>();
        Assert.Equal(lookup, told.Lookup);
        return [.. told.Targets.Select(target => $"{target.Transport}:{target.Listener} {target.Remote}")];
    }

    public void Dispose()
    {
        _open.ForEach(each => each.Dispose());
        _instruments.Dispose();
    }

    [Fact]
    public void A_name_leads_to_all_its_addresses_of_the_realms_listeners_and_is_remembered()
    {
        TargetResolver resolver = Resolver(
            asked => Answer(asked, Rr.Address("host.example.com", "192.0.2.1"), Rr.Address("host.example.com", "2001:db8::1"), Rr.Address("host.example.com", "192.0.2.2")), out NameServer server);
        resolver.Resolve(Call, Wanted("host.example.com", 1, 5080));
        Assert.Equal(["Udp:0 192.0.2.1:5080", "Udp:0 192.0.2.2:5080", "Udp:3 [2001:db8::1]:5080"], Told());
        int asked = server.Heard.Count;
        resolver.Resolve(Call, Wanted("HOST.example.com.", 2, 5081));
        Assert.Equal(["Udp:0 192.0.2.1:5081", "Udp:0 192.0.2.2:5081", "Udp:3 [2001:db8::1]:5081"], Told(2));
        Assert.Equal((2, 2), (asked, server.Heard.Count));
    }

    [Fact]
    public void NAPTR_and_SRV_choose_transport_port_and_listener()
    {
        Rr[] zone =
        [
            Rr.Naptr("example.com", 1, 1, "s", "SIP+D2T", "_sip._tcp.example.com"), Rr.Srv("_sip._tcp.example.com", 2, 1, 5070, "b.example.com"),
            Rr.Srv("_sip._tcp.example.com", 1, 1, 5080, "a.example.com"), Rr.Address("a.example.com", "192.0.2.1"), Rr.Address("b.example.com", "192.0.2.2"),
        ];
        TargetResolver resolver = Resolver(asked => Answer(asked, zone), out _);
        resolver.Resolve(Call, Any("example.com"));
        Assert.Equal(["Tcp:1 192.0.2.1:5080", "Tcp:1 192.0.2.2:5070"], Told());

        // Another realm has other listeners.
        resolver.Resolve(Call, Any("example.com", listener: 2));
        Assert.Equal(["Tcp:2 192.0.2.1:5080", "Tcp:2 192.0.2.2:5070"], Told());

        // A listener that is not there, out of an old journal.
        resolver.Resolve(Call, Any("example.com", listener: 9));
        Assert.Empty(Told());
    }

    [Fact]
    public void The_same_call_draws_the_same_order_and_other_calls_share_by_weight()
    {
        Rr[] zone =
        [
            Rr.Srv("_sip._udp.example.com", 1, 50, 5060, "a.example.com"), Rr.Srv("_sip._udp.example.com", 1, 50, 5060, "b.example.com"),
            Rr.Address("a.example.com", "192.0.2.1"), Rr.Address("b.example.com", "192.0.2.2"),
        ];
        TargetResolver resolver = Resolver(asked => Answer(asked, zone), out _);
        HashSet<string> firsts = [];
        for (uint key = 0; key < 32; key++)
        {
            ActorId call = new(ActorKinds.Call, key);
            resolver.Resolve(call, Wanted("example.com"));
            resolver.Resolve(call, Wanted("example.com"));
            string[] order = Told();
            Assert.Equal(order, Told());
            firsts.Add(order[0]);
        }

        Assert.Equal(2, firsts.Count);
    }

    [Fact]
    public void A_name_that_leads_nowhere_is_answered_empty()
    {
        TargetResolver resolver = Resolver(asked => Rr.Response(asked.Query, 3), out NameServer server);
        resolver.Resolve(Call, Wanted("nowhere.example.com"));
        Assert.Empty(Told());

        // What cannot be a name is nobody's question.
        int heard = server.Heard.Count;
        resolver.Resolve(Call, Wanted("a..b"));
        Assert.Empty(Told());
        Assert.Equal(heard, server.Heard.Count);
        Assert.Equal(2, Meters.Read(_instruments.Meter, "edge.resolutions.failed"));
    }

    [Fact]
    public void A_server_that_is_silent_delays_nobody_else_and_is_answered_empty_in_time()
    {
        TargetResolver resolver = Resolver(asked => asked.Question.Name.EndsWith("silent.example.com", StringComparison.Ordinal) ? null : Answer(asked, Rr.Address("host.example.com", "192.0.2.1")), out _);
        for (int i = 0; i < 20; i++)
        {
            resolver.Resolve(Call, Any($"h{i}.silent.example.com"));
        }

        resolver.Resolve(Call, Wanted("host.example.com", 2, 5060));
        Assert.Equal(["Udp:0 192.0.2.1:5060"], Told(2));
        for (int i = 0; i < 20; i++)
        {
            Assert.Empty(Told());
        }
    }

    [Fact]
    public void More_than_can_wait_are_answered_empty_and_stand_in_nobodys_way_later()
    {
        const int Many = 20_100;
        TargetResolver resolver = Resolver(asked => asked.Question.Name == "host.example.com" ? Answer(asked, Rr.Address("host.example.com", "192.0.2.1")) : null, out _);
        for (int i = 0; i < Many; i++)
        {
            resolver.Resolve(Call, Wanted("silent.example.com", 1, 5060));
        }

        for (int i = 0; i < Many; i++)
        {
            Assert.Empty(Told());
        }

        resolver.Resolve(Call, Wanted("host.example.com", 2, 5060));
        Assert.Equal(["Udp:0 192.0.2.1:5060"], Told(2));
    }

    [Fact]
    public void What_is_missing_when_time_is_over_does_not_take_away_what_was_found()
    {
        Rr[] zone =
        [
            Rr.Srv("_sip._udp.example.com", 1, 0, 5060, "dead.example.com"), Rr.Srv("_sip._udp.example.com", 2, 0, 5060, "b.example.com"), Rr.Address("b.example.com", "192.0.2.2"),
        ];
        TargetResolver resolver = Resolver(asked => asked.Question.Name == "dead.example.com" ? null : Answer(asked, zone), out _);
        resolver.Resolve(Call, Wanted("example.com"));
        Assert.Equal(["Udp:0 192.0.2.2:5060"], Told());
    }

    [Fact]
    public void What_is_blacklisted_is_passed_over_while_there_are_others_and_for_its_time()
    {
        ManualTime clock = new();
        TargetResolver resolver = Resolver(
            asked => Answer(asked, Rr.Address("host.example.com", "192.0.2.1", 86400), Rr.Address("host.example.com", "192.0.2.2", 86400)), out _, clock,
            options => options with { MaxTimeToLive = TimeSpan.FromDays(1), BlacklistMax = TimeSpan.FromSeconds(60), BlacklistUnreachable = TimeSpan.FromSeconds(5) });
        Flow one = new(SipTransport.Udp, 0, new IPEndPoint(IPAddress.Parse("192.0.2.1"), 5060));
        Flow two = one with { Remote = new IPEndPoint(IPAddress.Parse("192.0.2.2"), 5060) };
        string[] Targets()
        {
            resolver.Resolve(Call, Wanted("host.example.com", 1, 5060));
            return [.. Told().Select(text => text[^1..])];
        }

        Targets();
        resolver.PassOver(new CallEffect.PassOver(one with { Connection = 77 }, TimeSpan.FromSeconds(30)));
        resolver.PassOver(new CallEffect.PassOver(one with { Transport = SipTransport.Tcp }, null));
        Assert.Equal(2, Meters.Read(_instruments.Meter, "edge.targets.blacklisted"));
        clock.Advance(TimeSpan.FromSeconds(29));
        Assert.Single(Targets());
        Assert.Equal(1, Meters.Read(_instruments.Meter, "edge.targets.blacklisted"));

        // Nothing else is left: then all of them.
        resolver.PassOver(new CallEffect.PassOver(two, null));
        Assert.Equal(2, Targets().Length);
        clock.Advance(TimeSpan.FromSeconds(2));
        resolver.Resolve(Call, Wanted("host.example.com", 1, 5060));
        Assert.Equal(["Udp:0 192.0.2.1:5060"], Told());

        // A Retry-After of a day is not believed.
        resolver.PassOver(new CallEffect.PassOver(one, TimeSpan.FromDays(1)));
        clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Single(Targets());
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(2, Targets().Length);
        Assert.Equal(0, Meters.Read(_instruments.Meter, "edge.targets.blacklisted"));
    }

    [Fact]
    public void A_literal_and_a_name_of_the_hosts_file_need_nobody()
    {
        string hosts = Path.GetTempFileName();
        File.WriteAllText(hosts, "127.0.0.7 box\n");
        _open.Add(new Removal(hosts));
        TargetResolver resolver = Resolver(_ => null, out NameServer server, more: options => options with { HostsFile = hosts });
        resolver.Resolve(Call, Wanted("192.0.2.9"));
        Assert.Equal(["Udp:0 192.0.2.9:5060"], Told());
        resolver.Resolve(Call, Wanted("2001:db8::9"));
        Assert.Equal(["Udp:3 [2001:db8::9]:5060"], Told());
        resolver.Resolve(Call, Any("box"));
        Assert.Equal(["Udp:0 127.0.0.7:5060"], Told());
        Assert.Empty(server.Heard);
    }

    [Fact]
    public void The_interpreters_send_and_carry_questions_and_answers_between_actors()
    {
        using EdgeUnderTest edge = new();
        using UdpPeer peer = new(edge);
        ActorId registration = new(ActorKinds.Registration, 8);
        Flow flow = new(SipTransport.Udp, 0, peer.Local);

        edge.Node.CallEffects.Release(Call, new CallEffect.Send(flow, "one"u8.ToArray(), ""), Instant.Zero);
        Assert.Equal("one"u8, peer.ReceiveRaw());
        edge.Node.RegistrationEffects.Release(registration, new RegistrationEffect.Send(flow, "two"u8.ToArray()), Instant.Zero);
        Assert.Equal("two"u8, peer.ReceiveRaw());

        edge.Node.CallEffects.Release(Call, new CallEffect.LookUpBindings(3, registration), Instant.Zero);
        Told lookUp = edge.Actors.Next();
        Assert.Equal(registration, lookUp.Actor);
        Assert.Equal(Call, Assert.IsType<RegistrationInput.LookUp>(lookUp.Input).Call);

        edge.Node.RegistrationEffects.Release(registration, new RegistrationEffect.TellBindings(Call, 3, []), Instant.Zero);
        Told found = edge.Actors.Next();
        Assert.Equal(Call, found.Actor);
        Assert.Equal(3, Assert.IsType<CallInput.BindingsFound>(found.Input).Lookup);

        edge.Node.CallEffects.Release(Call, Wanted("192.0.2.9"), Instant.Zero);
        Assert.Equal("192.0.2.9:5060", Assert.Single(edge.Actors.Next<CallInput.Resolved>().Targets).Remote.ToString());
        edge.Node.CallEffects.Release(Call, new CallEffect.PassOver(flow, null), Instant.Zero);
        Assert.Equal(1, edge.Counted("edge.targets.blacklisted"));

        List<CallEffect.CountAttempt> counted = [];
        edge.Node.AttemptOver += counted.Add;
        edge.Node.CallEffects.Release(Call, new CallEffect.CountAttempt("a", true, null), Instant.Zero);
        Assert.Equal([new CallEffect.CountAttempt("a", true, null)], counted);

        edge.Node.CallEffects.Release(Call, new CallEffect.WriteChargingRecord(default), Instant.Zero);
        Assert.True(edge.Actors.IsIdle);
    }

    private sealed class Removal(string file) : IDisposable
    {
        public void Dispose() => File.Delete(file);
    }
}
