using System.Collections.Immutable;
using System.Net;
using Controller.Actors.Policies;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: by what trunks are known. What two trunks of a realm claim alike would identify neither.</summary>
internal static class IdentificationBinding
{
    public static TrunkIdentification Bind(KnownValues known, string trunk, string realm, IReadOnlyDictionary<string, RealmSettings> realms)
    {
        string path = trunk + ".identify";
        var identification = new TrunkIdentification
        {
            Networks = [.. known.Get<object[]>(path + ".addresses", []).Cast<IPNetwork>()],
            Users = [.. known.Get<object[]>(path + ".users", []).Cast<string>()],
        };
        if (!identification.Users.IsEmpty && realms.TryGetValue(realm, out RealmSettings? asks) && !asks.AuthenticateCalls)
        {
            known.Report(path + ".users", $"nobody is asked for credentials in realm {realm}; expected controller.realms.{realm}.authenticate-calls = true");
        }

        foreach (string user in identification.Users.Except(known.Names("registrar.users"), StringComparer.Ordinal))
        {
            known.Report(path + ".users", $"user {user} is not defined; expected {RealmCheck.List("controller.registrar.users", known.Names("registrar.users"))}");
        }

        return identification;
    }

    public static void RequireUnambiguous(KnownValues known, ImmutableDictionary<string, TrunkSettings> trunks)
    {
        foreach (IGrouping<string, TrunkSettings> realm in trunks.Values.OrderBy(trunk => trunk.Name, StringComparer.Ordinal).GroupBy(trunk => trunk.Realm))
        {
            Require(known, realm, "addresses", trunk => trunk.Identify.Networks.Select(network => network.ToString()));
            Require(known, realm, "users", trunk => trunk.Identify.Users);
        }
    }

    /// <summary>
    /// An endpoint of two trunks is no mistake: calls may go there under either one's limits and rules. But what comes from there is of neither, which is not seen
    /// until somebody asks why a call was refused.
    /// </summary>
    public static IEnumerable<string> Shared(ImmutableDictionary<string, TrunkSettings> trunks) =>
        from trunk in trunks.Values
        from at in trunk.Endpoints.Select(peer => peer.Address).Distinct()
        where at is not null
        group trunk.Name by (trunk.Realm, at) into sharing
        where sharing.Count() > 1
        orderby sharing.Key.Realm, sharing.Key.at.ToString()
        select $"{sharing.Key.at} of realm {sharing.Key.Realm} is an endpoint of the trunks {string.Join(" and ", sharing.Order(StringComparer.Ordinal))}: calls from there are no trunk's, unless identify.users tells whose";

    private static void Require(KnownValues known, IEnumerable<TrunkSettings> trunks, string what, Func<TrunkSettings, IEnumerable<string>> marks)
    {
        var claimed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (TrunkSettings trunk in trunks)
        {
            foreach (string mark in marks(trunk))
            {
                if (!claimed.TryAdd(mark, trunk.Name) && claimed[mark] != trunk.Name)
                {
                    known.Report($"trunks.{Hocon.HoconPath.WriteElement(trunk.Name)}.identify.{what}", $"{mark} is trunk {claimed[mark]} already; expected one of its own");
                }
            }
        }
    }
}
