using System.Net;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Topology;

/// <summary>
/// One side of a generated call: its network, and everything that names it. Whatever it makes up holds its mark, which none of our own names can hold (they
/// are of a-z and 2-7), or is an address of its network: so a message to the other side is clean if neither stands in it.
/// </summary>
internal sealed class Side
{
    private readonly Random _random;

    /// <param name="letter">'a' or 'b'.</param>
    public Side(char letter, Random random)
    {
        _random = random;
        Mark = "0q1" + letter;
        Network = letter == 'a' ? "10.77." : "10.88.";
        Network6 = letter == 'a' ? "2001:db8:77:" : "2001:db8:88:";
        Listener = letter == 'a' ? 0 : 1;
        OurHost = letter == 'a' ? "203.0.113.1" : "203.0.113.2";
        Address = NewAddress();
        ContactHost = random.Next(3) == 0 ? NewName("pbx") : Address;
        ProxyHost = random.Next(2) == 0 ? NewName("edge") : NewAddress();
        ContactUser = "u-" + NewToken();
        Tag = NewToken();
        CallId = NewToken() + "@" + (random.Next(2) == 0 ? ContactHost : ProxyHost);
    }

    public string Mark { get; }
    public string Network { get; }
    public string Network6 { get; }
    public int Listener { get; }

    /// <summary>How we are called on this side; the other side has no use for it.</summary>
    public string OurHost { get; }
    public string Address { get; }
    public string ContactHost { get; }

    /// <summary>A proxy between the party and us: in its Vias and Record-Routes.</summary>
    public string ProxyHost { get; }
    public string ContactUser { get; }

    /// <summary>Another one for each fork of a callee.</summary>
    public string Tag { get; set; }
    public string CallId { get; set; }

    /// <summary>Our tag of the dialog that it speaks in.</summary>
    public string OurTag { get; set; } = "";

    /// <summary>Names that we gave on this side: Call-ID and tags.</summary>
    public List<string> Given { get; } = [];

    public Flow Flow => new(SipTransport.Udp, Listener, new IPEndPoint(IPAddress.Parse(Address), 5060));

    public string NewToken() => $"{Mark}{_random.Next(1_000_000, 10_000_000)}";

    /// <summary>It has told us its Contact and its routes: we can know them.</summary>
    public bool Introduced { get; set; }

    /// <summary>A name of this side that its signalling has told us.</summary>
    public string Known() => _random.Next(Introduced ? 9 : 5) switch
    {
        0 => Address,
        1 => Tag,
        2 => CallId,
        3 => OurTag.Length > 0 ? OurTag : OurHost,
        4 => Address + ":5060",
        5 => ContactHost + ":5062",
        6 => ProxyHost,
        7 => ContactUser,
        _ => ContactUser + "@" + ContactHost,
    };

    public string KnownHost() => _random.Next(Introduced ? 4 : 2) switch { 0 => Address, 1 => OurHost, 2 => ProxyHost, _ => ContactHost };

    /// <summary>A host of its network that never stood in a Via, a Contact or a route.</summary>
    public string AnyHost() => _random.Next(3) switch { 0 => AnyAddress(), 1 => NewName("gw"), _ => KnownHost() };

    public string AnyAddress() => _random.Next(2) == 0 ? NewAddress() : $"[{Network6}:{_random.Next(1, 9999):x}]";

    private string NewAddress() => $"{Network}{_random.Next(256)}.{_random.Next(1, 255)}";

    private string NewName(string what) => $"{what}{_random.Next(100)}.{NewToken()}.example";
}
