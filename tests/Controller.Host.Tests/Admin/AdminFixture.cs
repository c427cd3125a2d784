using System.Collections.Immutable;
using System.Net;
using System.Text.Json.Nodes;
using Controller.Actors;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Host.Admin;
using Controller.Host.Admin.Calls;
using Controller.Host.Admin.Cluster;
using Controller.Host.Admin.Config;
using Controller.Host.Admin.Registrations;
using Controller.Host.Admin.Routes;
using Controller.Host.Admin.Server;
using Controller.Host.Admin.Trunks;
using Controller.Host.Configuration;
using Controller.Host.Configuration.Options;
using Controller.Host.Telemetry;
using Controller.Host.Tests.Composition;
using Controller.Sharding.Embedded;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sip.Transport;
using Microsoft.Extensions.Logging.Abstractions;

namespace Controller.Host.Tests.Admin;

/// <summary>A real Kestrel on a port of its own over invented actors.</summary>
internal sealed class AdminFixture : IAsyncDisposable
{
    public static readonly Instant Now = new(1_800_000_000_000);

    private readonly MetricsListener _metrics = new(n => n == ProcessInstruments.MeterName);
    private readonly ProcessInstruments _process = new();

    private readonly LiveBed _bed = new();
    private readonly AdminPorts _ports;

    private AdminFixture(string? token)
    {
        Settings = new SettingsSource<ControllerSettings>(new ControllerSettings
        {
            Version = 1,
            Secret = new byte[32],
            Listeners = [new ListenerSettings("access", SipTransport.Udp, new IPEndPoint(IPAddress.Loopback, 5060), "127.0.0.1", 5060)],
            Registrar = new RegistrarSettings
            {
                Domains = ["example.test"],
                Users = ImmutableDictionary<string, UserSettings>.Empty.Add("bob", new UserSettings("x")),
            },
            Routes = [new RouteSettings { Name = "users", Domain = "example.test", Registered = true, ToRegistered = true }],
            Trunks = ImmutableDictionary<string, TrunkSettings>.Empty.Add("carrier-a", new TrunkSettings
            {
                Name = "carrier-a",
                Realm = "access",
                Endpoints = [new TrunkPeerSettings("sip:127.0.0.1:5080")],
                MaxCalls = 10,
                Health = new TrunkHealthSettings(TimeSpan.FromSeconds(30)),
            }),
        });
        Node = _bed.Start();
        Life = new NodeLife(1, "sbc1", () => JournalTrouble) { Phase = NodePhase.Up };
        ICallDirectory calls = new ActorCallDirectory<CallState>(Actors, (id, state) => CallProjection.Of(id, state, 1, 256));
        Server = new AdminServer(new AdminOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), Token = token }, _ports = new AdminPorts
        {
            Life = Life,
            Calls = calls,
            Registrations = new ActorRegistrationDirectory<RegistrationState>(Actors, (_, state) => RegistrationProjection.Of(state, Now)),
            Trunks = new SettingsTrunkDirectory(Settings, calls, new ActorTrunkStandings(Actors)),
            Cluster = new SingleNodeView(Life, new SingleNodePlacement()),
            Routes = new RoutePlanSimulator(Settings, calls, text => ConfigurationLoader.LoadCandidate(text, null, [], new Dictionary<string, string>()), TimeProvider.System),
            Configuration = Node.Live,
            Metrics = _metrics,
        }, NullLoggerFactory.Instance);
    }

    public FakeActorSystem Actors { get; } = new();
    public SettingsSource<ControllerSettings> Settings { get; }
    public NodeLife Life { get; }
    public AdminServer Server { get; }
    public HttpClient Http { get; } = new();
    public string? JournalTrouble { get; set; }
    /// <summary>Of a node of its own: nothing but the interface knows both.</summary>
    public LiveBed.Node Node { get; }

    public static async Task<AdminFixture> StartAsync(string? token = null)
    {
        AdminFixture fixture = new(token);
        await fixture.Server.StartAsync();
        fixture.Http.BaseAddress = new Uri(fixture.Server.Address);
        return fixture;
    }

    public AdminPorts PortsForAnother() => _ports;

    public async Task<(HttpStatusCode Status, JsonNode Body)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using HttpRequestMessage request = new(method, path);
        request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await Http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();
        if ((int)response.StatusCode >= 400)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        }

        return (response.StatusCode, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!);
    }

    public Task<(HttpStatusCode Status, JsonNode Body)> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>A call in a phase, with both legs.</summary>
    public ActorId AddCall(UInt128 key, CallPhase phase, string from, string to, string trunk = "")
    {
        ActorId id = new(ActorKinds.Call, key);
        Actors.States[id] = new CallState
        {
            Phase = phase,
            StartedAt = new Instant(Now.Milliseconds + (long)key),
            Facts = new CallFacts { AnsweredAt = phase == CallPhase.Established ? Now : null },
            Legs = [Leg(0, $"a-{key}@pbx", "") with { RemoteParty = $"<{from}>", LocalParty = $"<{to}>" }, Leg(1, $"b-{key}", trunk)],
        };
        return id;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Server.DisposeAsync();
        _metrics.Dispose();
        _process.Dispose();
        _bed.Dispose();
    }

    private static Leg Leg(int number, string callId, string trunk) => new()
    {
        Number = number,
        State = LegState.Confirmed,
        CallIdValue = callId,
        LocalTag = "x",
        LocalParty = "<sip:x>",
        RemoteParty = "<sip:y>",
        RemoteTarget = "sip:y",
        Flow = new Flow(SipTransport.Udp, 0, new IPEndPoint(IPAddress.Loopback, 6000 + number)),
        SentBy = "127.0.0.1:5060",
        Contact = "sip:c@127.0.0.1:5060",
        Realm = "access",
        Trunk = trunk,
    };
}
