using System.Net;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Proxies;

/// <summary>
/// All that is around the node or the cluster: a party behind the Kamailio of a customer, whose calls the node challenges, and a party behind two Kamailios
/// of a carrier, found by SRV, that challenge the node's calls. Neither party may see the other.
/// </summary>
internal class ProxyBed : IDisposable
{
    public const string CarrierUser = "account", CarrierPassword = "secret";
    private readonly List<IDisposable> _owned = [];
    private readonly ProxySetup _setup;
    private readonly Bind _names = null!;

    /// <param name="here">Where all of them are.</param>
    /// <param name="access">Where the node expects customers; <paramref name="core"/>: carriers.</param>
    public ProxyBed(IPAddress here, IPEndPoint access, IPEndPoint core, ProxySetup setup)
    {
        _setup = setup;
        try
        {
            Near = Own(new Party("customer-secret", Socket(here, setup.Near)) { Proxies = 1 });
            Far = Own(new Party("callee-secret", Socket(here, setup.Far)) { Proxies = 1 });
            PartyChecks.HideFromEachOther(Near, Far);
            Near.OnCall = Far.OnCall = Take;
            Customer = Own(new Kamailio(new KamailioSetup
            {
                Address = here,
                Behind = $"sip:{Near.Address};transport={setup.Near}",
                Node = $"sip:{access};transport={setup.Between}",
                User = "alice",
                Password = setup.CustomerPassword,
                Defines = setup.Customer,
            }));
            Carriers = [.. Enumerable.Range(0, 2).Select(_ => Own(new Kamailio(new KamailioSetup
            {
                Address = here,
                Behind = $"sip:{Far.Address};transport={setup.Far}",
                Node = $"sip:{core};transport={setup.Between}",
                Password = CarrierPassword,
                Defines = setup.Carrier,
            })))];
            _names = Own(new Bind(
                here,
                $"_sip._{setup.Between} SRV 10 0 {Carriers[0].Address.Port} a",
                $"_sip._{setup.Between} SRV 20 0 {Carriers[1].Address.Port} a",
                $"a A {here}"));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Party Near { get; } = null!;
    public Party Far { get; } = null!;
    public Kamailio Customer { get; } = null!;
    public IReadOnlyList<Kamailio> Carriers { get; } = [];

    /// <summary>What the node has to know of them: whoever calls from the customer's side gets the carrier, and the other way round.</summary>
    public string Configuration => $$"""
        controller.realms.access.authenticate-calls = true
        controller.registrar.users.alice.password = wonderland
        controller.resolver { servers = ["{{_names.Address}}"], blacklist-unreachable = 1s }
        controller.trunks {
          far {
            endpoints = [ { uri = "sip:carrier.test" } ], try-timeout = 2s, identify { addresses = ["{{Far.Address.Address}}"] }
            credentials { user = {{CarrierUser}}, password = "{{_setup.Password}}" }
          }
          customer { realm = access, endpoints = [ { uri = "sip:{{Customer.Address}};transport={{_setup.Between}}" } ] }
        }
        controller.routes = [
          { name = "to the carrier", match { from-realm = access }, to = far }
          { name = "to the customer", match { from-trunk = far }, to = customer }
        ]
        """;

    /// <summary>Near calls, through the node and the carrier; a user "ring…" only rings, "prack…" rings reliably, "busy…" is busy; all but the first and the last answer.</summary>
    public PartyCall CallOut(string user) => Near.Call(Customer.Address, $"sip:{user}@outside.test");

    /// <summary>Far calls, through a carrier's first proxy and the node.</summary>
    public PartyCall CallIn(string user) => Far.Call(Carriers[0].Address, $"sip:{user}@outside.test");

    /// <summary>The other side of a call; null while it has not rung.</summary>
    public PartyCall? OtherSide(PartyCall call) => Near.Calls.Concat(Far.Calls).FirstOrDefault(other => other != call && other.User == call.User);

    /// <summary>Under the gates of both parties.</summary>
    public void Do(Action action)
    {
        lock (Near.Gate)
        {
            lock (Far.Gate)
            {
                action();
            }
        }
    }

    /// <returns>The callee's side.</returns>
    public PartyCall AwaitTalk(PartyCall call)
    {
        Await(() => call.Phase == CallPhase.Established && OtherSide(call)?.Phase == CallPhase.Established, $"{call} is not up");
        return OtherSide(call)!;
    }

    public void Await(Func<bool> condition, string what) => Eventually.True(condition, TimeSpan.FromSeconds(15), () => $"{what}\n{Describe()}");

    public virtual void AssertNoViolation()
    {
        string[] violations = [.. Near.Checks.Violations, .. Far.Checks.Violations];
        Assert.True(violations.Length == 0, $"{string.Join("\n----\n", violations.Take(4))}\n({violations.Length} in all)\n{Describe()}");
    }

    public virtual string Describe() =>
        $"calls:\n{string.Join('\n', Near.Calls.Concat(Far.Calls))}\ncustomer:\n{End(Customer.Log)}\ncarriers:\n{string.Join('\n', Carriers.Select(carrier => End(carrier.Log)))}";

    public virtual void Dispose()
    {
        _owned.Reverse();
        _owned.ForEach(owned => owned.Dispose());
        GC.SuppressFinalize(this);
    }

    protected static string End(string log) => log.Length > 4000 ? log[^4000..] : log;

    private static void Take(PartyCall call)
    {
        if (call.User.StartsWith("busy", StringComparison.Ordinal))
        {
            call.Reject(486);
            return;
        }

        if (call.User.StartsWith("prack", StringComparison.Ordinal))
        {
            call.OnPrack = acknowledged => acknowledged.Answer();
            call.RingReliably();
            return;
        }

        call.Ring();
        if (!call.User.StartsWith("ring", StringComparison.Ordinal))
        {
            call.After(20, ringing => ringing.Answer());
        }
    }

    private static IPartySocket Socket(IPAddress here, string transport) =>
        transport == "tcp" ? new StreamSocket(new IPEndPoint(here, 0)) : new DatagramSocket(new IPEndPoint(here, 0));

    private T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Add(owned);
        return owned;
    }
}
