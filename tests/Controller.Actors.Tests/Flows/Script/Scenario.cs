using System.Collections.Immutable;
using System.Net;
using System.Text.RegularExpressions;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Flows.World;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Flows.Script;

/// <summary>The stage of one flow: its parties, the controller between them, and the time. What a script is written with.</summary>
internal sealed class Scenario(SipTransport transport, Sigkill? kill = null, Func<Scenario, IEnumerable<string>>? missing = null)
{
    private const string OurDomain = "atlanta.example.com";
    private static readonly IPEndPoint Access = IPEndPoint.Parse("203.0.113.1:5060");
    private static readonly IPEndPoint Core = IPEndPoint.Parse("203.0.113.2:5060");
    private readonly List<Party> _left = [];
    private readonly List<Party> _right = [];
    private FlowWorld? _world;
    private long _connections;
    private ControllerSettings _settings = Nobody();

    /// <summary>The parties are known: from now on they talk.</summary>
    public FlowWorld World => _world ??= Build();
    public IReadOnlyList<Party> Left => _left;
    public IReadOnlyList<Party> Right => _right;

    /// <summary>Called with the world before anything happens in it.</summary>
    public Action<FlowWorld>? Prepared { get; set; }

    /// <summary>How many steps of the script are done.</summary>
    public int Steps { get; private set; }

    /// <summary>Behind the access side, which trusts nobody. Others reach it by name.</summary>
    public Party Caller(string name)
    {
        Party party = New(name, OurDomain, IPEndPoint.Parse($"192.0.2.{10 + _left.Count}:5060"), inner: false);
        _left.Add(party);
        Reach(party, "access");
        return party;
    }

    /// <summary>Behind a trunk of the core side. Its endpoints are tried in order; the first is where the party is unless it says otherwise.</summary>
    public Party Callee(string name, params string[] deadEndpointsBefore)
    {
        Party party = New(name, "biloxi.example.com", IPEndPoint.Parse($"198.51.100.{20 + _right.Count}:5080"), inner: true);
        _right.Add(party);
        Reach(party, "core", deadEndpointsBefore);
        return party;
    }

    /// <summary>A telephone in the access realm that has to register for a user of ours to be reached.</summary>
    public Party User(string name)
    {
        Party party = New(name, OurDomain, IPEndPoint.Parse($"192.0.2.{20 + _right.Count}:5060"), inner: false);
        _right.Add(party);
        return party;
    }

    /// <summary>A user of ours, with a password for Digest: the user's name and "-secret".</summary>
    public void HasPassword(Party party) => _settings = _settings with
    {
        Registrar = _settings.Registrar with { Users = _settings.Registrar.Users.Add(party.User, new UserSettings(Challenge.PasswordOf(party))) },
    };

    /// <summary>Every user exists, and may be registered without a proof.</summary>
    public void RegistrarTrustsEverybody() => _settings = _settings with { Registrar = _settings.Registrar with { Authenticate = false } };

    /// <summary>Calls to a user go to these, one after the other if one is busy or does not react.</summary>
    public void Forwards(string user, params Party[] to) => _settings = _settings with
    {
        Trunks = _settings.Trunks.SetItem(user, new TrunkSettings
        {
            Name = user,
            Realm = "core",
            RetryOn = [408, 486, 503],
            Endpoints = [.. to.Select((party, i) => new TrunkPeerSettings(party.Contact, i + 1))],
        }),
        Routes = _settings.Routes.Insert(0, new RouteSettings { Name = "forwarded", User = new Regex($"^{user}$"), Trunks = [new RouteTarget(user)] }),
    };

    /// <summary>Callers of the access side are asked who they are (407).</summary>
    public void CallersAreChallenged() => _settings = _settings with { Realms = _settings.Realms.SetItem("access", new RealmSettings(AuthenticateCalls: true)) };

    /// <summary>What is done with a REFER that comes from the access side, or from the core side.</summary>
    public void HandlesRefer(string realm, ReferPolicy policy) => _settings = _settings with { Realms = _settings.Realms.SetItem(realm, _settings.Realms[realm] with { Refer = policy }) };

    /// <summary>Event packages whose bodies name dialogs cross, as the operator wants it.</summary>
    public void DialogEventsCross() => _settings = _settings with
    {
        Realms = _settings.Realms.SetItem("access", new RealmSettings(PassesTopology: true)).SetItem("core", new RealmSettings(Trusted: true, PassesTopology: true)),
    };

    /// <summary>Changes the trunk by which calls for a user leave.</summary>
    public void Trunk(string user, Func<TrunkSettings, TrunkSettings> change) => _settings = _settings with { Trunks = _settings.Trunks.SetItem(user, change(_settings.Trunks[user])) };

    public long NextConnection() => ++_connections;

    /// <summary>One line of the script: it is said, and everything that follows from it by itself.</summary>
    public void Step(Action say)
    {
        say();
        World.Settle();
        Stepped();
    }

    public void Pause(double seconds)
    {
        World.Elapse(TimeSpan.FromSeconds(seconds));
        Stepped();
    }

    /// <summary>What is said to <paramref name="party"/> during <paramref name="meanwhile"/> is under way, and arrives after it: the messages cross.</summary>
    public void Crossing(Party party, Action meanwhile)
    {
        World.Network.Hold(party, toController: false);
        meanwhile();
        World.Network.Release(party, toController: false);
        World.Settle();
        Stepped();
    }

    /// <summary>The same for what <paramref name="party"/> says.</summary>
    public void Late(Party party, Action meanwhile, Action before)
    {
        World.Network.Hold(party, toController: true);
        meanwhile();
        before();
        World.Network.Release(party, toController: true);
        World.Settle();
        Stepped();
    }

    /// <summary>Every copy of what <paramref name="party"/> says that begins so is lost, as long as <paramref name="meanwhile"/> lasts.</summary>
    public void Losing(Party party, string start, Action meanwhile, bool toController = true)
    {
        World.Network.Lose(party, toController, start);
        meanwhile();
        World.Network.LoseNoMore();
    }

    private void Stepped()
    {
        Steps++;
        for (int waits = 0; missing is not null && missing(this).Any(); waits++)
        {
            Assert.True(waits < 200, $"after the restart the parties are never told what they would have been told without it:\n{string.Join('\n', missing(this))}");
            World.Elapse(TimeSpan.FromMilliseconds(200));
        }
    }

    private Party New(string name, string host, IPEndPoint address, bool inner) =>
        new(this, name, host, address, transport, (inner ? 2 : 0) + (transport == SipTransport.Udp ? 0 : 1), inner ? Core : Access);

    private void Reach(Party party, string realm, params string[] before)
    {
        string suffix = transport == SipTransport.Udp ? "" : ";transport=tcp";
        string[] endpoints = [.. before.Select(endpoint => $"sip:{endpoint}{suffix}"), $"sip:{party.Address}{suffix}"];
        _settings = _settings with
        {
            Trunks = _settings.Trunks.Add(party.User, new TrunkSettings
            {
                Name = party.User,
                Realm = realm,
                Endpoints = [.. endpoints.Select((uri, i) => new TrunkPeerSettings(uri, i + 1))],
            }),
            Routes = _settings.Routes.Add(new RouteSettings { Name = "to " + party.Name, User = new Regex($"^{party.User}$"), Trunks = [new RouteTarget(party.User)] }),
        };
    }

    private FlowWorld Build()
    {
        var world = new FlowWorld(_settings with { Routes = _settings.Routes.Add(new RouteSettings { Name = "our users", Registered = true, ToRegistered = true, Domain = OurDomain }) }, transport == SipTransport.Udp, kill);
        world.Parties.AddRange([.. _left, .. _right]);
        Prepared?.Invoke(world);
        return world;
    }

    private static ControllerSettings Nobody() => new()
    {
        Version = 1,
        Secret = Enumerable.Range(1, 32).Select(i => (byte)i).ToArray(),
        Listeners =
        [
            new ListenerSettings("access", SipTransport.Udp, Access, "203.0.113.1", 5060),
            new ListenerSettings("access", SipTransport.Tcp, Access, "203.0.113.1", 5060),
            new ListenerSettings("core", SipTransport.Udp, Core, "203.0.113.2", 5060),
            new ListenerSettings("core", SipTransport.Tcp, Core, "203.0.113.2", 5060),
        ],
        Realms = ImmutableDictionary<string, RealmSettings>.Empty.Add("access", new()).Add("core", new(Trusted: true)),
        Registrar = new RegistrarSettings { Domains = [OurDomain], DigestRealm = OurDomain },
    };
}
