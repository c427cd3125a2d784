using System.Net;
using Controller.Edge.Resolution;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: how next hops are looked up.</summary>
internal static class ResolverBinding
{
    public static ResolverOptions Bind(KnownValues known)
    {
        var defaults = new ResolverOptions();
        var resolver = new ResolverOptions
        {
            Servers = [.. known.Get<object[]>("resolver.servers", []).Cast<IPEndPoint>()],
            Timeout = known.Get("resolver.timeout", defaults.Timeout),
            Tries = known.Get("resolver.tries", defaults.Tries),
            CacheMax = known.Get("resolver.cache.max", defaults.CacheMax),
            MinTimeToLive = known.Get("resolver.cache.min-ttl", defaults.MinTimeToLive),
            MaxTimeToLive = known.Get("resolver.cache.max-ttl", defaults.MaxTimeToLive),
            NegativeTimeToLive = known.Get("resolver.cache.negative-ttl", defaults.NegativeTimeToLive),
            BlacklistUnreachable = known.Get("resolver.blacklist-unreachable", defaults.BlacklistUnreachable),
            BlacklistMax = known.Get("resolver.blacklist-max", defaults.BlacklistMax),
        };
        if (resolver.Servers.Length > resolver.Tries)
        {
            known.Report("resolver.tries", $"{resolver.Tries} tries do not reach each of {resolver.Servers.Length} servers; expected at least as many tries as controller.resolver.servers");
        }

        AtMost(known, "resolver.cache.min-ttl", resolver.MinTimeToLive, "resolver.cache.max-ttl", resolver.MaxTimeToLive);
        AtMost(known, "resolver.cache.min-ttl", resolver.MinTimeToLive, "resolver.cache.negative-ttl", resolver.NegativeTimeToLive);
        AtMost(known, "resolver.blacklist-unreachable", resolver.BlacklistUnreachable, "resolver.blacklist-max", resolver.BlacklistMax);
        return resolver;
    }

    private static void AtMost(KnownValues known, string path, TimeSpan value, string limit, TimeSpan most)
    {
        if (value > most)
        {
            known.Report(path, $"{value.TotalSeconds:0.###}s is more than controller.{limit} ({most.TotalSeconds:0.###}s); expected at most that");
        }
    }
}
