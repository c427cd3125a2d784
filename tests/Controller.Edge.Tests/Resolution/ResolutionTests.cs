using System.Net;
using System.Net.Sockets;
using Controller.Actors;
using Controller.Actors.Calls;
using Controller.Actors.Registrations;
using Controller.Edge.Resolution;
using Controller.Edge.Telemetry;
using Controller.Edge.Tests.Fakes;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Edge.Tests.Resolution;

public sealed class ResolutionTests
{
    private static readonly ActorId Call = new(ActorKinds.Call, 7);

    private static CallEffect.Resolve Wanted(string host, int lookup = 1, int port = 0) => new(lookup, host, port, SipTransport.Udp, 0);

    private static HostResolver Resolver(FakeActors actors, EdgeInstruments instruments, Func<string, IPAddress[]> lookUp, EdgeOptions? options = null)
    {
        HostResolver resolver = new(options ?? new EdgeOptions(), actors, instruments, TimeProvider.System, lookUp);
        resolver.Attach([AddressFamily.InterNetwork]);
        return resolver;
    }

    [Fact]
    public void A_name_leads_to_all_its_addresses_of_the_listeners_family_and_is_remembered()
    {
        FakeActors actors = new();
        using EdgeInstruments instruments = new(() => 0);
        int asked = 0;
        using HostResolver resolver = Resolver(actors, instruments, _ =>
        {
            Interlocked.Increment(ref asked);
            return [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1"), IPAddress.Parse("192.0.2.2")];
        });
        resolver.Resolve(Call, Wanted("host.example.com", 1, 5080));
        CallInput.Resolved first = actors.Next<CallInput.Resolved>();
        Assert.Equal(1, first.Lookup);
        Assert.Equal(["192.0.2.1:5080", "192.0.2.2:5080"], first.Targets.Select(t => t.Remote.ToString()));

        resolver.Resolve(Call, Wanted("HOST.example.com", 2));
        CallInput.Resolved second = actors.Next<CallInput.Resolved>();
        Assert.Equal(2, second.Lookup);

        // RFC 3261 section 19.1.2: the default port of UDP is 5060.
        Assert.Equal(5060, second.Targets[0].Remote.Port);
        Assert.Equal(1, asked);
    }

    [Fact]
    public void A_name_that_leads_nowhere_is_answered_empty()
    {
        FakeActors actors = new();
        using EdgeInstruments instruments = new(() => 0);
        using HostResolver resolver = Resolver(actors, instruments, _ => throw new SocketException((int)SocketError.HostNotFound));
        resolver.Resolve(Call, Wanted("nowhere.example.com"));
        Assert.Empty(actors.Next<CallInput.Resolved>().Targets);
    }

    [Fact]
    public void A_resolver_that_hangs_delays_nobody_and_is_answered_empty_in_time()
    {
        FakeActors actors = new();
        using EdgeInstruments instruments = new(() => 0);
        using ManualResetEventSlim hang = new();
        using HostResolver resolver = Resolver(
            actors, instruments,
            _ =>
            {
                hang.Wait();
                return [IPAddress.Loopback];
            },
            new EdgeOptions { ResolveTimeout = TimeSpan.FromMilliseconds(100) });
        for (int i = 0; i < 20; i++)
        {
            resolver.Resolve(Call, Wanted($"host{i}.example.com", i));
        }

        for (int i = 0; i < 20; i++)
        {
            Assert.Empty(actors.Next<CallInput.Resolved>().Targets);
        }

        // Late, but not in vain.
        hang.Set();
        Wait.Until(
            () =>
            {
                resolver.Resolve(Call, Wanted("host0.example.com"));
                return actors.Next<CallInput.Resolved>().Targets.Length == 1;
            },
            "the late answer was not remembered");
    }

    [Fact]
    public void A_literal_needs_nobody()
    {
        using EdgeUnderTest edge = new();
        edge.Node.CallEffects.Release(Call, Wanted("192.0.2.9"), Instant.Zero);
        Assert.Equal("192.0.2.9:5060", Assert.Single(edge.Actors.Next<CallInput.Resolved>().Targets).Remote.ToString());
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

        edge.Node.CallEffects.Release(Call, new CallEffect.WriteChargingRecord(default), Instant.Zero);
        Assert.True(edge.Actors.IsIdle);
    }
}
