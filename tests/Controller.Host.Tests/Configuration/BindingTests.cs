using System.Net;
using Controller.Actors.Policies;
using Controller.Edge.Resolution;
using Controller.Host.Configuration;
using Controller.Host.Configuration.Options;
using Controller.Sip.Transport;
using Microsoft.Extensions.Logging;

namespace Controller.Host.Tests.Configuration;

public sealed class BindingTests
{
    [Fact]
    public void EveryOptionOfTheHostIsRead()
    {
        HostOptions host = Loads.Good(Texts.Full).Host;
        Assert.Equal(new NodeOptions { Id = 7, Name = "sbc7", DataDirectory = "d" }, host.Node);
        Assert.Equal(new JournalOptions { Kind = JournalKind.Sqlite, SqliteFile = "d/j.db", PostgresConnection = "Host=db;Password=hidden", PostgresAllowSingle = true }, host.Journal);
        Assert.Equal("127.0.0.2:7601", host.Cluster.LinkListen);
        Assert.Equal("node7.example.test:7601", host.Cluster.LinkAdvertise);
        Assert.Equal(128, host.Cluster.Shards);
        Assert.Equal([100, 2000, 900], new[] { host.Cluster.Heartbeat, host.Cluster.SuspectAfter, host.Cluster.Trust }.Select(d => (int)d.TotalMilliseconds));
        Assert.Empty(host.Cluster.Addresses.AsEnumerable());
        Assert.Equal(3, host.Engine.Loops);
        Assert.Equal(new LimitOptions { MaxHeaderBytes = 16384, MaxBodyBytes = 32000, TcpConnections = 50, TcpIdle = TimeSpan.FromHours(1) }, host.Limits);
        Assert.Equal(["192.0.2.53:53", "[2001:db8::53]:5353", "[2001:db8::54]:53", "[2001:db8::55]:53"], host.Resolver.Servers.Select(server => server.ToString()));
        Assert.Equal(
            new ResolverOptions
            {
                Timeout = TimeSpan.FromMilliseconds(300),
                Tries = 4,
                CacheMax = 5,
                MinTimeToLive = TimeSpan.FromSeconds(2),
                MaxTimeToLive = TimeSpan.FromMinutes(10),
                NegativeTimeToLive = TimeSpan.FromSeconds(20),
                BlacklistUnreachable = TimeSpan.FromSeconds(7),
                BlacklistMax = TimeSpan.FromSeconds(9),
            },
            host.Resolver with { Servers = [] });
        Assert.Equal(MediaMode.Bypass, host.Media.Mode);
        Assert.Equal(["udp:127.0.0.1:2223"], host.Media.RtpengineNodes.AsEnumerable());
        Assert.Equal(new IPEndPoint(IPAddress.Any, 8081), host.Admin.Listen);
        Assert.Equal("t0ken", host.Admin.Token);
        Assert.Equal("d/c.jsonl", host.Cdr.File);
        Assert.Equal(LogLevel.Debug, host.Log.Level);
    }

    [Fact]
    public void EverySettingOfTheActorsIsRead()
    {
        byte[] secret = [1, 2, 3];
        ControllerSettings settings = Loads.Good(Texts.Full).Settings(secret, [], version: 4);
        Assert.Equal(4, settings.Version);
        Assert.Equal(secret, settings.Secret.ToArray());
        Assert.Equal(128, settings.Shards);
        Assert.Equal(new RealmSettings(Trusted: false, AuthenticateCalls: true), settings.Realms["access"]);
        Assert.Equal(new RealmSettings(Trusted: true, AuthenticateCalls: false, Refer: ReferPolicy.Terminate), settings.Realms["core"]);

        RegistrarSettings registrar = settings.Registrar;
        Assert.Equal(["127.0.0.1", "example.test"], registrar.Domains.Order());
        Assert.Equal((30, 600, 7200), ((int)registrar.MinExpires.TotalSeconds, (int)registrar.DefaultExpires.TotalSeconds, (int)registrar.MaxExpires.TotalSeconds));
        Assert.Equal((3, false, "phones"), (registrar.MaxBindings, registrar.Authenticate, registrar.DigestRealm));
        Assert.Equal(" sp ace ", registrar.Users["alice"].Password);
        Assert.Equal("4711", registrar.Users["b.ob"].Password);

        TrunkSettings trunk = settings.Trunks["carrier-a"];
        Assert.Equal(("carrier-a", "core", 1000, 0.5, "u", "p"), (trunk.Name, trunk.Realm, trunk.MaxCalls, trunk.CallsPerSecond, trunk.User, trunk.Password));
        Assert.Equal([new("sip:carrier.example.test;transport=tcp", 1, 1), new TrunkPeerSettings("sip:192.0.2.2:5080;transport=tcp", 2, 5)], trunk.Endpoints.AsEnumerable());
        Assert.Equal([486, 503], trunk.RetryOn.AsEnumerable());
        Assert.Equal((60, 2), ((int)trunk.RingTimeout.TotalSeconds, (int)trunk.TryTimeout.TotalSeconds));

        // The trunk's word counts for more than its realm's.
        Assert.Equal(new TrunkHealthSettings(TimeSpan.FromSeconds(10), DownAfter: 2, UpAfter: 4), trunk.Health);
        Assert.Null(settings.Trunks["carrier-b"].Health);
        Assert.Equal((RedirectPolicy.Follow, RedirectPolicy.Map), (settings.Trunks["carrier-a"].Redirect, settings.Trunks["carrier-b"].Redirect));
        Assert.Equal((ReferPolicy.Refuse, ReferPolicy.Terminate), (settings.ReferPolicyOf("core", "carrier-a"), settings.ReferPolicyOf("core", "carrier-b")));
        Assert.Equal(ReferPolicy.Pass, settings.ReferPolicyOf("access", ""));
        Assert.Equal(
            [
                new("sip:49301234@carrier.example.test") { Registrar = "sip:reg.example.test;transport=tcp", ContactUser = "in", Expires = TimeSpan.FromMinutes(30), User = "au", Password = "ap" },
                new AccountSettings("sip:2@carrier.example.test") { ContactUser = "2", Expires = TimeSpan.FromHours(1), User = "u", Password = "p" },
            ],
            trunk.Accounts.AsEnumerable());
        TrunkSettings plain = settings.Trunks["carrier-b"];
        Assert.Empty(plain.Accounts);
        Assert.Equal([408, 500, 502, 503, 504], plain.RetryOn.AsEnumerable());
        Assert.Equal((null, null, null, null), (plain.MaxCalls, plain.CallsPerSecond, plain.User, plain.Password));

        Assert.Equal(["local users", "e164", "rest"], settings.Routes.Select(r => r.Name));
        RouteSettings local = settings.Routes[0], e164 = settings.Routes[1], rest = settings.Routes[2];
        Assert.Equal(("example.test", true, true, null), (local.Domain, local.Registered, local.ToRegistered, local.User));
        Assert.Equal(("access", "+1$1", false), (e164.FromRealm, e164.RewriteUser, e164.ToRegistered));
        Assert.Equal("+12125550100", e164.User!.Replace("+12125550100", e164.RewriteUser!));
        Assert.DoesNotMatch(e164.User, "2125550100");
        Assert.Equal([new RouteTarget("carrier-a", 70), new RouteTarget("carrier-b", 1)], e164.Trunks.AsEnumerable());
        Assert.Equal([new RouteTarget("carrier-b", 1)], rest.Trunks.AsEnumerable());
        Assert.Equal((60, 60, 1200, 120), ((int)settings.Calls.MaxDuration.TotalMinutes, (int)settings.Calls.NoAnswer.TotalSeconds, (int)settings.Calls.SessionExpires.TotalSeconds, (int)settings.Calls.MinSe.TotalSeconds));
    }

    [Fact]
    public void ListenersTakeThePortsTheyWereGiven()
    {
        LoadedConfiguration loaded = Loads.Good(Texts.Full);
        Assert.Equal("sbc.example.test:5060", loaded.Listeners[0].SentBy);
        Assert.Equal(0, loaded.Listeners[1].Listen.Port);
        ControllerSettings settings = loaded.Settings(new byte[32], [new IPEndPoint(IPAddress.Any, 5060), new IPEndPoint(IPAddress.IPv6Loopback, 40123)]);
        Assert.Equal(("access", SipTransport.Udp, 5060, "sbc.example.test:5060"), (settings.Listeners[0].Realm, settings.Listeners[0].Transport, settings.Listeners[0].Listen.Port, settings.Listeners[0].SentBy));
        Assert.Equal(("core", SipTransport.Tcp, 40123, "[::1]:40123"), (settings.Listeners[1].Realm, settings.Listeners[1].Transport, settings.Listeners[1].Listen.Port, settings.Listeners[1].SentBy));
        Assert.Throws<ArgumentException>(() => loaded.Settings(new byte[32], [new IPEndPoint(IPAddress.Any, 5060)]));
    }

    [Fact]
    public void WhatIsNotSaidHasTheDefaultOfTheCode()
    {
        LoadedConfiguration loaded = Loads.Good(Texts.Small);
        HostOptions host = loaded.Host;
        Assert.Equal(new NodeOptions(), host.Node);
        Assert.Equal(new JournalOptions(), host.Journal);
        Assert.Equal(new ClusterOptions() with { Addresses = host.Cluster.Addresses }, host.Cluster);
        Assert.Empty(host.Cluster.Addresses.AsEnumerable());
        Assert.Equal(new EngineLoopOptions(), host.Engine);
        Assert.Equal(new LimitOptions(), host.Limits);
        Assert.Equal(new CdrOptions(), host.Cdr);
        Assert.Equal(new LogOptions(), host.Log);
        Assert.Equal(new AdminOptions(), host.Admin);
        Assert.Equal(MediaMode.Bypass, host.Media.Mode);
        Assert.Empty(host.Media.RtpengineNodes.AsEnumerable());
        ControllerSettings settings = loaded.Settings(new byte[32], []);
        Assert.Equal(256, settings.Shards);
        Assert.Equal(new CallSettings(), settings.Calls);
        Assert.Equal(
            new RegistrarSettings() with { Domains = settings.Registrar.Domains, Users = settings.Registrar.Users, Algorithms = settings.Registrar.Algorithms },
            settings.Registrar);
        Assert.Equal(new RegistrarSettings().Algorithms.AsEnumerable(), settings.Registrar.Algorithms);
        Assert.Empty(settings.Registrar.Domains);
        Assert.Empty(settings.Registrar.Users);
        Assert.Empty(settings.Routes);
        Assert.Empty(settings.Trunks);
    }

    [Fact]
    public void FilesFollowTheDataDirectory()
    {
        HostOptions host = Loads.Good(Texts.Small, ["controller.node.data-dir=/var/lib/x"]).Host;
        Assert.Equal(("/var/lib/x/journal.db", "/var/lib/x/cdr.jsonl"), (host.Journal.SqliteFile, host.Cdr.File));
    }

    [Fact]
    public void TheDigestRealmIsTheFirstDomain()
        => Assert.Equal("b.test", Loads.Good(Texts.Small, ["controller.registrar.domains=[b.test, a.test]"]).Settings(new byte[32], []).Registrar.DigestRealm);

    [Fact]
    public void PasswordsAreNotPrinted()
    {
        LoadedConfiguration loaded = Loads.Good(Texts.Full);
        Assert.DoesNotContain("t0ken", loaded.Host.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", loaded.Host.ToString(), StringComparison.Ordinal);
        string[] errors = Loads.Bad(Texts.Full, ["controller.registrar.users.alice.password={ x = hunter2 }", "controller.admin.token=[]"]);
        Assert.DoesNotContain(errors, e => e.Contains("hunter2", StringComparison.Ordinal));
    }

    /// <summary>Two contracts with one carrier, each with its limits: allowed, but nothing that comes from there can be told apart by its address.</summary>
    [Fact]
    public void Trunks_that_share_an_endpoint_are_named_in_the_notes()
    {
        LoadedConfiguration loaded = Loads.Good("""
            controller {
              realms { core {}, access {} }
              listeners = [ { realm = core, transport = udp, listen = "127.0.0.1:5060" }, { realm = access, transport = udp, listen = "127.0.0.1:5070" } ]
              trunks {
                b { realm = core, endpoints = [ { uri = "sip:192.0.2.1" }, { uri = "sip:192.0.2.2" } ] }
                a { realm = core, endpoints = [ { uri = "sip:192.0.2.1:5060" }, { uri = "sip:192.0.2.1" }, { uri = "sip:carrier.example.test" } ] }
                c { realm = access, endpoints = [ { uri = "sip:192.0.2.1" } ] }
                d { realm = core, endpoints = [ { uri = "sip:192.0.2.1:5080" }, { uri = "sip:carrier.example.test" } ] }
              }
            }
            """);
        Assert.Equal(
            ["192.0.2.1:5060 of realm core is an endpoint of the trunks a and b: calls from there are no trunk's, unless identify.users tells whose"],
            loaded.Notes.AsEnumerable());
    }
}
