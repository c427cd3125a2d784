using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Controller.Actors.Policies;

namespace Controller.Actors.Routing;

/// <summary>
/// From which trunk a request comes, by what is known of its sender. The surest mark that any trunk of the realm claims decides: 1 the user whose credentials were
/// right, 2 address and port of an endpoint, 3 the longest network around the address, an endpoint's own address being the longest there is. What several trunks
/// claim alike identifies none, rather than the wrong one. Endpoints that are names are no mark: where they lead is not known here.
/// </summary>
internal sealed class TrunkSources
{
    private const int AddressBits = 128;
    private const int MappedBits = 96;

    // Null: several trunks claim it.
    private readonly FrozenDictionary<(string Realm, string User), string?> _users;
    private readonly FrozenDictionary<(string Realm, UInt128 Address, int Port), string?> _places;
    private readonly FrozenDictionary<(string Realm, UInt128 Prefix, int Length), string?> _networks;

    /// <summary>Those that occur, the longest first.</summary>
    private readonly ImmutableArray<int> _lengths;

    public TrunkSources(ImmutableDictionary<string, TrunkSettings> trunks)
    {
        Trunks = trunks;
        var endpoints = trunks.Values.SelectMany(trunk => trunk.Endpoints.Select(peer => (Trunk: trunk, At: peer.Address))).Where(found => found.At is not null).ToList();
        _users = Claims(trunks.Values.SelectMany(trunk => trunk.Identify.Users.Select(user => ((trunk.Realm, user), trunk.Name))));
        _places = Claims(endpoints.Select(found => ((found.Trunk.Realm, Bits(found.At!.Address), found.At.Port), found.Trunk.Name)));
        _networks = Claims(
            trunks.Values.SelectMany(trunk => trunk.Identify.Networks.Select(network => (Key(trunk.Realm, network), trunk.Name)))
                .Concat(endpoints.Select(found => ((found.Trunk.Realm, Bits(found.At!.Address), AddressBits), found.Trunk.Name))));
        _lengths = [.. _networks.Keys.Select(key => key.Length).Distinct().OrderDescending()];
    }

    public ImmutableDictionary<string, TrunkSettings> Trunks { get; }

    /// <param name="user">Whose credentials were right; null where none were asked for.</param>
    public string? Of(string realm, IPEndPoint source, string? user)
    {
        if (user is not null && _users.TryGetValue((realm, user), out string? trunk))
        {
            return trunk;
        }

        UInt128 address = Bits(source.Address);
        if (_places.TryGetValue((realm, address, source.Port), out trunk))
        {
            return trunk;
        }

        foreach (int length in _lengths)
        {
            if (_networks.TryGetValue((realm, Prefix(address, length), length), out trunk))
            {
                return trunk;
            }
        }

        return null;
    }

    private static FrozenDictionary<TMark, string?> Claims<TMark>(IEnumerable<(TMark Mark, string Trunk)> claims)
        where TMark : notnull
        => claims.GroupBy(claim => claim.Mark, claim => claim.Trunk)
            .ToFrozenDictionary(mark => mark.Key, mark => mark.Distinct(StringComparer.Ordinal).Count() == 1 ? mark.First() : null);

    private static (string Realm, UInt128 Prefix, int Length) Key(string realm, IPNetwork network)
    {
        int length = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? MappedBits + network.PrefixLength : network.PrefixLength;
        return (realm, Prefix(Bits(network.BaseAddress), length), length);
    }

    /// <summary>An IPv4 address as the IPv6 address that it is mapped to (RFC 4291 section 2.5.5.2): one whose socket is of the other family is the same.</summary>
    private static UInt128 Bits(IPAddress address)
    {
        Span<byte> octets = stackalloc byte[16];
        octets.Clear();
        if (address.AddressFamily == AddressFamily.InterNetwork)
        {
            octets[10..12].Fill(0xff);
            address.TryWriteBytes(octets[12..], out _);
        }
        else
        {
            address.TryWriteBytes(octets, out _);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(octets);
    }

    private static UInt128 Prefix(UInt128 address, int length) => length == 0 ? 0 : address & (UInt128.MaxValue << (AddressBits - length));
}
