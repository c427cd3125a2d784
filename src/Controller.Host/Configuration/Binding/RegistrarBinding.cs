using System.Collections.Immutable;
using Controller.Actors.Policies;
using Controller.Sip.Digest;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: the registrar.</summary>
internal static class RegistrarBinding
{
    public static RegistrarSettings Bind(KnownValues known)
    {
        var defaults = new RegistrarSettings();
        string[] domains = [.. known.Get<object[]>("registrar.domains", []).Cast<string>()];
        var registrar = new RegistrarSettings
        {
            Domains = [.. domains],
            MinExpires = known.Get("registrar.min-expires", defaults.MinExpires),
            DefaultExpires = known.Get("registrar.default-expires", defaults.DefaultExpires),
            MaxExpires = known.Get("registrar.max-expires", defaults.MaxExpires),
            MaxBindings = known.Get("registrar.max-bindings", defaults.MaxBindings),
            Authenticate = known.Get("registrar.authenticate", defaults.Authenticate),
            DigestRealm = known.Get("registrar.digest-realm", domains.Length > 0 ? domains[0] : defaults.DigestRealm),
            Algorithms = [.. known.Get<object[]>("registrar.algorithms", []).Cast<string>().Distinct().Select(name => name == "md5" ? DigestAlgorithm.Md5 : DigestAlgorithm.Sha256)],
            Users = known.Names("registrar.users").ToImmutableDictionary(
                name => name,
                name => new UserSettings(known.Get($"registrar.users.{Hocon.HoconPath.WriteElement(name)}.password", ""))
                {
                    Identities = [.. known.Get<object[]>($"registrar.users.{Hocon.HoconPath.WriteElement(name)}.identities", []).Cast<string>()],
                },
                StringComparer.Ordinal),
        };
        if (registrar.Algorithms.IsEmpty && registrar.Authenticate)
        {
            known.Report("registrar.algorithms", "names no algorithm; expected md5, sha-256 or both while registrar.authenticate is true");
        }

        if (registrar.MinExpires > registrar.DefaultExpires || registrar.DefaultExpires > registrar.MaxExpires)
        {
            known.Report(
                registrar.MinExpires > registrar.MaxExpires ? "registrar.max-expires" : "registrar.default-expires",
                $"min {registrar.MinExpires.TotalSeconds:0}s, default {registrar.DefaultExpires.TotalSeconds:0}s and max {registrar.MaxExpires.TotalSeconds:0}s are out of order; expected min-expires <= default-expires <= max-expires");
        }

        return registrar;
    }
}
