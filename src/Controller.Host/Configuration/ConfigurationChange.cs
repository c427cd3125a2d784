using System.Collections.Immutable;
using Controller.Actors.Routing.Tables;
using Controller.Host.Configuration.Binding;
using Controller.Host.Configuration.Keys;

namespace Controller.Host.Configuration;

/// <summary>What differs between the running configuration and another, and whether it can be taken over without a restart.</summary>
/// <param name="Live">Registrar, realms, trunks, routes, calls.</param>
/// <param name="NeedsRestart">Everything else; if there is any, the running configuration stays.</param>
public sealed record ConfigurationChange(ImmutableArray<ChangedKey> Live, ImmutableArray<ChangedKey> NeedsRestart)
{
    public bool IsEmpty => Live.IsEmpty && NeedsRestart.IsEmpty;

    public static ConfigurationChange Between(LoadedConfiguration running, LoadedConfiguration next)
    {
        var changes = running.Values.Keys.Union(next.Values.Keys, StringComparer.Ordinal)
            .Select(path => (Path: path, Before: running.Values.GetValueOrDefault(path), After: next.Values.GetValueOrDefault(path)))
            .Where(change => change.Before?.Text != change.After?.Text)
            .OrderBy(change => change.Path, StringComparer.Ordinal)
            .ToList();

        // The same name of a file, and another table in it.
        IEnumerable<ChangedKey> tables = next.Draft.Tables
            .Where(table => running.Draft.Tables.TryGetValue(table.Key, out RateTable? before) && !ReferenceEquals(before, table.Value) && before.Mark != table.Value.Mark)
            .Select(table => new ChangedKey($"{KeyCatalogue.Root}.tables.{table.Key}", running.Draft.Tables[table.Key].ToString(), table.Value.ToString()));
        return new ConfigurationChange(
            [.. tables, .. changes.Where(change => KeyCatalogue.IsLive(change.Path)).Select(Shown)],
            [.. changes.Where(change => !KeyCatalogue.IsLive(change.Path)).Select(Shown)]);
    }

    private static ChangedKey Shown((string Path, KnownValue? Before, KnownValue? After) change)
        => new($"{KeyCatalogue.Root}.{change.Path}", change.Before?.Shown, change.After?.Shown);
}

/// <param name="Key">Full path.</param>
/// <param name="Before">Null: was not there. Secrets are shown as …</param>
/// <param name="After">Null: is not there any more.</param>
public sealed record ChangedKey(string Key, string? Before, string? After);
