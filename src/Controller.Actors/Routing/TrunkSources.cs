using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using System.Text;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Sip.Uris;

namespace Controller.Actors.Routing;

/// <summary>The endpoints of trunks as the places where requests come from. Those that are names are none: where they lead is not known here.</summary>
internal sealed class TrunkSources(ImmutableDictionary<string, TrunkSettings> trunks)
{
    private readonly FrozenDictionary<IPAddress, ImmutableArray<Place>> _places = trunks.Values
        .OrderBy(trunk => trunk.Name, StringComparer.Ordinal)
        .SelectMany(trunk => trunk.Endpoints.Select(peer => At(trunk, peer.Uri)))
        .OfType<(IPAddress Address, Place Place)>()
        .GroupBy(found => found.Address, found => found.Place)
        .ToFrozenDictionary(group => group.Key, group => group.ToImmutableArray());

    public ImmutableDictionary<string, TrunkSettings> Trunks { get; } = trunks;

    /// <summary>
    /// Which trunk a request comes from: of those in the realm it comes from with an endpoint at the source's address. Where they are several, the one whose
    /// port it is; without that there is none, rather than a wrong one.
    /// </summary>
    public string? Of(string realm, IPEndPoint source)
    {
        if (!_places.TryGetValue(Plain(source.Address), out ImmutableArray<Place> places))
        {
            return null;
        }

        string? only = null;
        bool several = false;
        foreach (Place place in places)
        {
            if (place.Realm != realm)
            {
                continue;
            }

            if (place.Port == source.Port)
            {
                return place.Trunk;
            }

            several |= only is not null && only != place.Trunk;
            only ??= place.Trunk;
        }

        return several ? null : only;
    }

    private static (IPAddress Address, Place Place)? At(TrunkSettings trunk, string text) =>
        SipUri.TryParse(Encoding.ASCII.GetBytes(text), out SipUri uri) && IPAddress.TryParse(Latin1.Text(uri.Host), out IPAddress? address)
            ? (Plain(address), new Place(trunk.Name, trunk.Realm, uri.Port == 0 ? 5060 : uri.Port))
            : null;

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <param name="Port">5060 where the URI says none.</param>
    private sealed record Place(string Trunk, string Realm, int Port);
}
