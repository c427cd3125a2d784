using System.Collections.Immutable;
using Controller.Actors.Policies;
using Controller.Actors.Routing.Numbers;
using Controller.Sip.Transport;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: trunks.</summary>
internal static class TrunkBinding
{
    public static ImmutableDictionary<string, TrunkSettings> Bind(
        KnownValues known, IReadOnlyDictionary<string, RealmSettings> realms, ImmutableArray<ListenerSettings> listeners, ImmutableDictionary<string, NumberPlan> plans)
    {
        ImmutableDictionary<string, TrunkSettings> trunks =
            known.Names("trunks").ToImmutableDictionary(name => name, name => Trunk(known, name, realms, listeners, plans), StringComparer.Ordinal);
        IdentificationBinding.RequireUnambiguous(known, trunks);
        return trunks;
    }

    private static TrunkSettings Trunk(
        KnownValues known, string name, IReadOnlyDictionary<string, RealmSettings> realms, ImmutableArray<ListenerSettings> listeners, ImmutableDictionary<string, NumberPlan> plans)
    {
        string path = $"trunks.{Hocon.HoconPath.WriteElement(name)}";
        string realm = known.Get(path + ".realm", "");
        RealmCheck.MustExist(known, path + ".realm", realms.Keys);
        if (known.Count(path + ".endpoints") == 0)
        {
            known.Report(path + ".endpoints", "no endpoint; expected at least one { uri = \"sip:…\" }");
        }

        CredentialsCheck.MustBeBoth(known, path + ".credentials");

        return new TrunkSettings
        {
            Name = name,
            Realm = realm,
            Endpoints = Endpoints(known, path, realms.ContainsKey(realm) ? realm : null, listeners),
            Identify = IdentificationBinding.Bind(known, path, realm, realms),
            RetryOn = [.. known.Get<object[]>(path + ".retry-on", []).Cast<int>()],
            RingTimeout = known.Get(path + ".ring-timeout", TimeSpan.FromSeconds(180)),
            TryTimeout = known.Get(path + ".try-timeout", TimeSpan.FromSeconds(4)),
            MaxUdpLength = known.Get(path + ".max-udp-length", 1300),
            Refer = ListenerBinding.Policy(known.Find<string>(path + ".refer")),
            Redirect = known.Get(path + ".redirect", "map") switch { "pass" => RedirectPolicy.Pass, "follow" => RedirectPolicy.Follow, _ => RedirectPolicy.Map },
            Boundary = BoundaryBinding.Bind(known, path, plans),
            Health = Health(known, path + ".health"),
            MaxCalls = known.FindValue<int>(path + ".limits.calls"),
            CallsPerSecond = known.FindValue<double>(path + ".limits.calls-per-second"),
            User = known.Find<string>(path + ".credentials.user"),
            Password = known.Find<string>(path + ".credentials.password"),
            Accounts = AccountBinding.Bind(known, path, realms.ContainsKey(realm) ? realm : null, listeners),
        };
    }

    /// <summary>Null: no OPTIONS.</summary>
    private static TrunkHealthSettings? Health(KnownValues known, string path)
    {
        TimeSpan every = known.Get(path + ".options-every", TimeSpan.Zero);
        if (every > TimeSpan.Zero && every < TimeSpan.FromSeconds(1))
        {
            known.Report(path + ".options-every", $"{every.TotalMilliseconds:0}ms is too often; expected 1s or more, or 0s for never");
        }

        return every == TimeSpan.Zero ? null : new TrunkHealthSettings(every, known.Get(path + ".down-after", 3), known.Get(path + ".up-after", 1));
    }

    private static ImmutableArray<TrunkPeerSettings> Endpoints(KnownValues known, string trunk, string? realm, ImmutableArray<ListenerSettings> listeners)
    {
        var endpoints = new List<TrunkPeerSettings>();
        for (int i = 0; i < known.Count(trunk + ".endpoints"); i++)
        {
            string path = $"{trunk}.endpoints[{i}]";
            if (known.FindValue<(string Uri, SipTransport? Transport)>(path + ".uri") is not { } target)
            {
                continue;
            }

            ListenerCheck.MustExist(known, path + ".uri", target.Transport, realm, listeners);

            endpoints.Add(new TrunkPeerSettings(target.Uri, known.Get(path + ".priority", 1), known.Get(path + ".weight", 1)));
        }

        // A stable order: lowest priority first, then the heaviest, then as written.
        return [.. endpoints.OrderBy(e => e.Priority).ThenByDescending(e => e.Weight)];
    }
}
