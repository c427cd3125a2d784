using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Controller.Actors.Policies;

/// <summary>Trunks and realms by their names, to be looked into fast: every decision asks for some of them several times.</summary>
internal sealed class NamedSettings(ImmutableDictionary<string, TrunkSettings> trunks, ImmutableDictionary<string, RealmSettings> realms)
{
    private readonly FrozenDictionary<string, TrunkSettings> _trunks = trunks.ToFrozenDictionary(StringComparer.Ordinal);
    private readonly FrozenDictionary<string, RealmSettings> _realms = realms.ToFrozenDictionary(StringComparer.Ordinal);

    public bool IsOf(ControllerSettings settings) => ReferenceEquals(settings.Trunks, trunks) && ReferenceEquals(settings.Realms, realms);

    public TrunkSettings? Trunk(string name) => name.Length == 0 ? null : _trunks.GetValueOrDefault(name);

    public RealmSettings? Realm(string name) => _realms.GetValueOrDefault(name);
}
