using System.Collections.Immutable;
using System.Net;
using System.Text;
using Controller.Actors.Routing;
using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Quality;
using Controller.Actors.Routing.Tables;
using Controller.Sip.Digest;
using Controller.Sip.Transport;

namespace Controller.Actors.Policies;

/// <summary>
/// Everything the actors and the edge need to know of the configuration: one immutable, versioned snapshot, swapped whole.
/// A call keeps what it has stored; a new call sees the new snapshot.
/// </summary>
public sealed record ControllerSettings
{
    public required long Version { get; init; }

    /// <summary>32 bytes that every token, tag and nonce is keyed with. From the journal, the same on every node and after every restart.</summary>
    public required ReadOnlyMemory<byte> Secret { get; init; }

    public int Shards { get; init; } = 256;
    public required ImmutableArray<ListenerSettings> Listeners { get; init; }
    public ImmutableDictionary<string, RealmSettings> Realms { get; init; } = ImmutableDictionary<string, RealmSettings>.Empty;
    public RegistrarSettings Registrar { get; init; } = new();
    public ImmutableDictionary<string, TrunkSettings> Trunks { get; init; } = ImmutableDictionary<string, TrunkSettings>.Empty;
    public ImmutableArray<RouteSettings> Routes { get; init; } = [];

    /// <summary>By name; what routes ask for who carries a number.</summary>
    public ImmutableDictionary<string, RateTable> Tables { get; init; } = ImmutableDictionary<string, RateTable>.Empty;
    public EmergencySettings Emergency { get; init; } = new();
    public QualitySettings Measuring { get; init; } = QualitySettings.Default;

    /// <summary>How well this node has seen the trunks do lately: not configured, but like the time an input to decisions. What a call was told is stored with it.</summary>
    public QualitySnapshot Quality { get; init; } = QualitySnapshot.Empty;

    /// <summary>The one that times of day in routes are of.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>By what trunks are known, for requests that come from them.</summary>
    internal TrunkSources Sources => field is { } known && ReferenceEquals(known.Trunks, Trunks) ? known : field = new TrunkSources(Trunks);
    private NamedSettings Named => field is { } known && known.IsOf(this) ? known : field = new NamedSettings(Trunks, Realms);
    public CallSettings Calls { get; init; } = new();

    /// <summary>Null if there is none of that name.</summary>
    public TrunkSettings? TrunkOf(string name) => Named.Trunk(name);

    /// <summary>Null if there is none of that name.</summary>
    public RealmSettings? RealmOf(string name) => Named.Realm(name);

    /// <summary>The policy for a REFER on a leg: of its trunk, if that has one, else of its realm.</summary>
    public ReferPolicy ReferPolicyOf(string realm, string trunk) =>
        TrunkOf(trunk)?.Refer ?? RealmOf(realm)?.Refer ?? ReferPolicy.Pass;

    /// <summary>What is changed in messages of a leg: as its trunk says, or, without one, its realm.</summary>
    public BoundaryRules BoundaryOf(string realm, string trunk) =>
        TrunkOf(trunk)?.Boundary ?? RealmOf(realm)?.Boundary ?? BoundaryRules.None;

    /// <summary>The trunk that a request from outside belongs to; empty: none that is known.</summary>
    /// <param name="user">Whose credentials were right (<see cref="RealmSettings.AuthenticateCalls"/>); null: nobody's.</param>
    public string TrunkAt(string realm, IPEndPoint remote, string? user) => Sources.Of(realm, remote, user) ?? "";

    /// <summary>The listener that messages into a realm over a transport leave by; null if the realm has none.</summary>
    public int? ListenerFor(string realm, SipTransport? transport = null)
    {
        for (int i = 0; i < Listeners.Length; i++)
        {
            if ((transport is null || Listeners[i].Transport == transport) && Listeners[i].Realm == realm)
            {
                return i;
            }
        }

        return null;
    }
}

/// <param name="Realm">Name of the logical network segment.</param>
/// <param name="Listen">The address bound; port 0 is replaced by the one the system chose before the snapshot is made.</param>
/// <param name="AdvertiseHost">Host of our Via sent-by and Contact: an address or a name, without brackets.</param>
public sealed record ListenerSettings(string Realm, SipTransport Transport, IPEndPoint Listen, string AdvertiseHost, int AdvertisePort)
{
    /// <summary>host:port as it stands in Via sent-by and in URIs (IPv6 in brackets).</summary>
    public string SentBy { get; } = (AdvertiseHost.Contains(':', StringComparison.Ordinal) ? $"[{AdvertiseHost}]" : AdvertiseHost) + ":" + AdvertisePort;
}

/// <param name="Trusted">Whether asserted identities are believed and passed (RFC 3325 trust domain).</param>
/// <param name="AuthenticateCalls">Whether initial INVITEs from this realm are challenged (407) before anything is stored. Default off.</param>
/// <param name="Refer">What is done with a REFER that comes from here.</param>
/// <param name="UnknownHeaders">Whether header fields that the catalogue does not know cross into and out of the realm.</param>
/// <param name="PassesTopology">Whether event packages whose bodies name dialogs and contacts cross into and out of the realm.</param>
public sealed record RealmSettings(
    bool Trusted = false, bool AuthenticateCalls = false, ReferPolicy Refer = ReferPolicy.Pass, bool UnknownHeaders = true, bool PassesTopology = false)
{
    /// <summary>Whether a request into the realm that has no P-Charging-Vector gets one; only where the realm is trusted.</summary>
    public bool CreateChargingVector { get; init; }

    /// <summary>Header rules and numbers of legs that belong to no trunk.</summary>
    public BoundaryRules Boundary { get; init; } = BoundaryRules.None;
}

public sealed record RegistrarSettings
{
    /// <summary>Domains we are registrar for, lower case. Addresses of our own listeners count as well.</summary>
    public ImmutableHashSet<string> Domains { get; init; } = [];

    /// <summary>Those of <see cref="Domains"/> that are names: everybody may know them.</summary>
    public IReadOnlySet<string> PublicDomains => field ??= Domains.Where(domain => !IPAddress.TryParse(domain, out _)).ToImmutableHashSet();
    public TimeSpan MinExpires { get; init; } = TimeSpan.FromSeconds(60);
    public TimeSpan MaxExpires { get; init; } = TimeSpan.FromSeconds(3600);
    public TimeSpan DefaultExpires { get; init; } = TimeSpan.FromSeconds(3600);
    public int MaxBindings { get; init; } = 10;
    public bool Authenticate { get; init; } = true;

    /// <summary>The digest protection domain (RFC 3261 section 22); default the first domain.</summary>
    public string DigestRealm { get; init; } = "controller";

    /// <summary>
    /// What a challenge offers, most preferred first (RFC 8760 section 2.3); what is not here is not accepted. MD5 alone by default: phones that know
    /// nothing else, and those that fail on a second challenge (baresip before 2.0), are the rule.
    /// </summary>
    public ImmutableArray<DigestAlgorithm> Algorithms { get; init; } = [DigestAlgorithm.Md5];

    /// <summary>By user name (exact case).</summary>
    public ImmutableDictionary<string, UserSettings> Users { get; init; } = ImmutableDictionary<string, UserSettings>.Empty;
}

public sealed record UserSettings(string Password)
{
    /// <summary>User parts that the user may be asserted by, the default one first; empty: none is asserted (RFC 3325).</summary>
    public ImmutableArray<string> Identities { get; init; } = [];

    /// <summary>Not printed: a snapshot may be logged.</summary>
    public override string ToString() => "UserSettings { Password = … }";
}

public sealed record TrunkSettings
{
    public required string Name { get; init; }
    public required string Realm { get; init; }

    /// <summary>In order of priority (lowest first), then weight.</summary>
    public required ImmutableArray<TrunkPeerSettings> Endpoints { get; init; }
    public TrunkIdentification Identify { get; init; } = TrunkIdentification.None;
    public ImmutableArray<int> RetryOn { get; init; } = [408, 500, 502, 503, 504];
    public TimeSpan RingTimeout { get; init; } = TimeSpan.FromSeconds(180);
    public TimeSpan TryTimeout { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>The longest request outside a dialog that is sent by UDP where TCP is possible.</summary>
    public int MaxUdpLength { get; init; } = 1300;

    /// <summary>What is done with a REFER that comes from here; null: what the realm says.</summary>
    public ReferPolicy? Refer { get; init; }

    /// <summary>What is done with a 3xx that comes from here.</summary>
    public RedirectPolicy Redirect { get; init; } = RedirectPolicy.Map;

    /// <summary>Header rules and numbers of its legs.</summary>
    public BoundaryRules Boundary { get; init; } = BoundaryRules.None;
    public int? MaxCalls { get; init; }
    public double? CallsPerSecond { get; init; }

    /// <summary>How its endpoints are probed; null: they are not.</summary>
    public TrunkHealthSettings? Health { get; init; }

    /// <summary>What challenges of the trunk are answered with; null, like <see cref="Password"/>, if it has given us no account.</summary>
    public string? User { get; init; }
    public string? Password { get; init; }

    /// <summary>What is registered with it.</summary>
    public ImmutableArray<AccountSettings> Accounts { get; init; } = [];

    /// <summary>Without the password: a snapshot may be logged.</summary>
    public override string ToString() => $"TrunkSettings {{ Name = {Name}, Realm = {Realm} }}";
}

/// <param name="Uri">A SIP URI whose host, port and transport parameter say where to send.</param>
public sealed record TrunkPeerSettings(string Uri, int Priority = 1, int Weight = 1)
{
    // What was read of it stands beside it: another one is another endpoint.
    public string Uri { get; } = Uri;

    /// <summary>The URI as it was read; null if it cannot be read.</summary>
    internal NamedPlace? Place { get; } = NamedPlace.Of(Encoding.ASCII.GetBytes(Uri));

    /// <summary>Where the URI leads if its host is an address, the transport's port where it says none; null: it is a name.</summary>
    public IPEndPoint? Address => Place?.Address;
}

public sealed record CallSettings
{
    public TimeSpan MaxDuration { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Unanswered after this long: 480 to the caller, CANCEL to the callees.</summary>
    public TimeSpan NoAnswer { get; init; } = TimeSpan.FromSeconds(180);
    public TimeSpan SessionExpires { get; init; } = TimeSpan.FromSeconds(1800);
    public TimeSpan MinSe { get; init; } = TimeSpan.FromSeconds(90);
}
