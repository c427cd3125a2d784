using System.Collections.Immutable;
using System.Net;
using Controller.Actors.Policies;
using Controller.Actors.Routing.Numbers;
using Controller.Sip.Transport;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: realms and listeners.</summary>
internal static class ListenerBinding
{
    public static ImmutableDictionary<string, RealmSettings> Realms(KnownValues known, ImmutableDictionary<string, NumberPlan> plans) => known.Names("realms").ToImmutableDictionary(
        name => name,
        name =>
        {
            string path = $"realms.{Hocon.HoconPath.WriteElement(name)}";
            return new RealmSettings(
                known.Get(path + ".trust", "untrusted") == "trusted",
                known.Get(path + ".authenticate-calls", false),
                Policy(known.Find<string>(path + ".refer")) ?? ReferPolicy.Pass,
                known.Get(path + ".unknown-headers", "pass") == "pass",
                known.Get(path + ".topology", "hide") == "pass")
            {
                CreateChargingVector = ChargingVector(known, path),
                Boundary = BoundaryBinding.Bind(known, path, plans),
            };
        },
        StringComparer.Ordinal);

    private static bool ChargingVector(KnownValues known, string realm)
    {
        bool creates = known.Get(realm + ".charging-vector", "pass") == "create";

        // RFC 7315 section 5.6: it is not told to a network that is not trusted.
        if (creates && known.Get(realm + ".trust", "untrusted") != "trusted")
        {
            known.Report(realm + ".charging-vector", "create is for realms that may see it; expected trust = trusted with it");
        }

        return creates;
    }

    /// <summary>Null where the key says nothing.</summary>
    public static ReferPolicy? Policy(string? refer) => refer switch
    {
        "pass" => ReferPolicy.Pass,
        "terminate" => ReferPolicy.Terminate,
        "refuse" => ReferPolicy.Refuse,
        _ => null,
    };

    public static ImmutableArray<ListenerSettings> Listeners(KnownValues known, IReadOnlyDictionary<string, RealmSettings> realms, IPEndPoint admin)
    {
        int count = known.Count("listeners");
        if (count == 0)
        {
            known.Report("listeners", "no listener; expected at least one { realm, transport, listen }");
        }

        var listeners = ImmutableArray.CreateBuilder<ListenerSettings>(count);
        var taken = new List<(string Path, SipTransport? Transport, IPEndPoint Listen)> { ("admin.listen", SipTransport.Tcp, admin) };
        for (int i = 0; i < count; i++)
        {
            string path = $"listeners[{i}]";
            RealmCheck.MustExist(known, path + ".realm", realms.Keys);
            SipTransport? transport = Transport(known.Find<string>(path + ".transport"));
            if (known.Find<IPEndPoint>(path + ".listen") is not { } listen)
            {
                continue;
            }

            foreach ((string other, SipTransport? used, IPEndPoint address) in taken)
            {
                if (used == transport && Collide(address, listen))
                {
                    known.Report(path + ".listen", $"{known.Find<string>(path + ".transport")} {listen} is already taken by controller.{other} ({address}); expected another address or port");
                }
            }

            taken.Add((path + ".listen", transport, listen));
            (string host, int port) = Advertise(known, path, listen);
            listeners.Add(new ListenerSettings(known.Get(path + ".realm", ""), transport ?? SipTransport.Udp, listen, host, port));
        }

        return listeners.ToImmutable();
    }

    private static SipTransport? Transport(string? text) => text switch
    {
        "udp" => SipTransport.Udp,
        "tcp" => SipTransport.Tcp,
        _ => null,
    };

    // The unspecified address takes the port of every address; port 0 is another one each time.
    private static bool Collide(IPEndPoint a, IPEndPoint b)
        => a.Port == b.Port && a.Port != 0 && (a.Address.Equals(b.Address) || (a.AddressFamily == b.AddressFamily && (IsAny(a) || IsAny(b))));

    private static bool IsAny(IPEndPoint endPoint) => endPoint.Address.Equals(IPAddress.Any) || endPoint.Address.Equals(IPAddress.IPv6Any);

    private static (string Host, int Port) Advertise(KnownValues known, string path, IPEndPoint listen)
    {
        if (known.FindValue<(string Host, int Port)>(path + ".advertise") is { } advertise)
        {
            return (advertise.Host, advertise.Port == 0 ? listen.Port : advertise.Port);
        }

        if (IsAny(listen))
        {
            known.Report(path + ".listen", $"{listen} is every address of this machine, and others have to be told one; expected {path[(path.LastIndexOf('.') + 1)..]}.advertise, such as \"192.0.2.1:{listen.Port}\"");
        }

        return (listen.Address.ToString(), listen.Port);
    }
}
