using Controller.Cluster.Membership;
using Controller.Sharding.Model;

namespace Controller.Cluster.Shards;

/// <summary>Who owns which shard and which address, as far as this node knows: per shard the highest epoch it has heard of. Thread-safe; read on the message path without a lock.</summary>
public sealed class ShardTable(int shards)
{
    private readonly Lock _learning = new();
    private readonly Entry[] _owners = [.. Enumerable.Range(0, shards).Select(static _ => new Entry(null, new Epoch(0)))];
    private volatile IReadOnlyDictionary<string, OwnedAddress> _addresses = new Dictionary<string, OwnedAddress>();

    /// <summary>Behind each change: on the thread that made it.</summary>
    public event Action<ShardId>? Changed;

    public int Count => _owners.Length;

    public OwnedShard this[ShardId shard]
    {
        get
        {
            Entry entry = Volatile.Read(ref _owners[shard.Value]);
            return new OwnedShard(shard, entry.Owner, entry.Epoch);
        }
    }

    public IReadOnlyCollection<OwnedAddress> Addresses => [.. _addresses.Values];

    public Incarnation? HolderOf(string address) => _addresses.TryGetValue(address, out OwnedAddress owned) ? owned.Owner : null;

    /// <returns>False if as much or more was known already.</returns>
    public bool Learn(OwnedShard fact)
    {
        // Two links may tell of the same shard at the same time.
        lock (_learning)
        {
            if (fact.Epoch.Value <= _owners[fact.Shard.Value].Epoch.Value)
            {
                return false;
            }

            Volatile.Write(ref _owners[fact.Shard.Value], new Entry(fact.Owner, fact.Epoch));
        }

        Changed?.Invoke(fact.Shard);
        return true;
    }

    /// <inheritdoc cref="Learn(OwnedShard)"/>
    public bool Learn(OwnedAddress fact)
    {
        lock (_learning)
        {
            if (_addresses.TryGetValue(fact.Address, out OwnedAddress known) && fact.Epoch.Value <= known.Epoch.Value)
            {
                return false;
            }

            _addresses = new Dictionary<string, OwnedAddress>(_addresses) { [fact.Address] = fact };
            return true;
        }
    }

    private sealed record Entry(Incarnation? Owner, Epoch Epoch);
}
