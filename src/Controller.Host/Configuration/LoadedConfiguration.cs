using System.Collections.Immutable;
using System.Net;
using Controller.Actors.Policies;
using Controller.Host.Configuration.Binding;
using Controller.Host.Configuration.Hocon;

namespace Controller.Host.Configuration;

/// <summary>A checked configuration. The settings wait for two things only the running node knows: its secret and the ports it was given.</summary>
public sealed record LoadedConfiguration
{
    public required HostOptions Host { get; init; }

    /// <summary>As configured: a port may still be 0.</summary>
    public required ImmutableArray<ListenerSettings> Listeners { get; init; }

    /// <summary>Everything but <see cref="ControllerSettings.Secret"/>, the version and the bound ports.</summary>
    internal ControllerSettings Draft { get; init; } = new() { Version = 0, Secret = default, Listeners = [] };

    /// <summary>What was left out of what was read, and why: rows of tables.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>Every value by its key below <c>controller</c>, for comparing two configurations.</summary>
    internal ImmutableSortedDictionary<string, KnownValue> Values { get; init; } = ImmutableSortedDictionary<string, KnownValue>.Empty;

    /// <summary>The resolved object <c>controller</c>.</summary>
    internal HoconObject Tree { get; init; } = new(default, []);

    /// <summary>What may change live, and all nodes of a cluster share; see <see cref="Configuration.LiveText"/>.</summary>
    public string LiveText { get; init; } = "";

    /// <summary>The snapshot for the actors and the edge.</summary>
    /// <param name="secret">32 bytes from the journal.</param>
    /// <param name="bound">What each listener was bound to, in the order of <see cref="Listeners"/>; empty: as configured.</param>
    /// <param name="version">Counts up with every reload.</param>
    public ControllerSettings Settings(ReadOnlyMemory<byte> secret, IReadOnlyList<IPEndPoint> bound, long version = 1)
    {
        if (bound.Count != 0 && bound.Count != Listeners.Length)
        {
            throw new ArgumentException($"{bound.Count} bound addresses for {Listeners.Length} listeners", nameof(bound));
        }

        ImmutableArray<ListenerSettings> listeners = bound.Count == 0 ? Listeners : [.. Listeners.Select((listener, i) => Bind(listener, bound[i]))];
        return Draft with { Secret = secret, Version = version, Listeners = listeners };
    }

    private static ListenerSettings Bind(ListenerSettings listener, IPEndPoint bound) => new(
        listener.Realm,
        listener.Transport,
        bound,
        listener.AdvertiseHost,
        listener.AdvertisePort == 0 ? bound.Port : listener.AdvertisePort);
}
