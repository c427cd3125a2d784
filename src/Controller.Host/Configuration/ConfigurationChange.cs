using System.Collections.Immutable;

namespace Controller.Host.Configuration;

/// <summary>What differs between the running configuration and another, and whether it can be taken over without a restart.</summary>
/// <param name="Live">Registrar, realms, trunks, routes, calls.</param>
/// <param name="NeedsRestart">Everything else; if there is any, the running configuration stays.</param>
public sealed record ConfigurationChange(ImmutableArray<ChangedKey> Live, ImmutableArray<ChangedKey> NeedsRestart)
{
    public bool IsEmpty => Live.IsEmpty && NeedsRestart.IsEmpty;

    public static ConfigurationChange Between(LoadedConfiguration running, LoadedConfiguration next) => throw new NotImplementedException();
}

/// <param name="Key">Full path.</param>
/// <param name="Before">Null: was not there. Secrets are shown as …</param>
/// <param name="After">Null: is not there any more.</param>
public sealed record ChangedKey(string Key, string? Before, string? After);
