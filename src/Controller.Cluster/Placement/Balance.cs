using Controller.Sharding.Placement;

namespace Controller.Cluster.Placement;

/// <summary>One key (a shard's number, an address's place in the configuration) goes from a node to another.</summary>
public readonly record struct Move(int Key, NodeId From, NodeId To);

/// <summary>
/// Bounded-load rendezvous: each key goes to the node that wants it most among those that are not full. A pure function of who owns what and who
/// lives, so that nodes that see the same agree without a coordinator; where they see differently, the arbiter lets one of them win.
/// </summary>
public static class Balance
{
    /// <summary>Where keys that nobody owns belong. What living nodes own stays where it is.</summary>
    /// <param name="owners">By key; null: nobody.</param>
    /// <param name="living">Whoever may own. Empty: nothing is placed.</param>
    /// <returns>By key; null for keys that are owned.</returns>
    public static NodeId?[] Place(IReadOnlyList<NodeId?> owners, IReadOnlyCollection<NodeId> living)
    {
        ArgumentNullException.ThrowIfNull(owners);
        ArgumentNullException.ThrowIfNull(living);
        var places = new NodeId?[owners.Count];
        if (living.Count == 0)
        {
            return places;
        }

        Dictionary<NodeId, int> loads = Loads(owners, living);
        int full = Ceiling(owners.Count, living.Count);
        for (int key = 0; key < places.Length; key++)
        {
            if (owners[key] is null)
            {
                NodeId place = Best(key, loads, full);
                loads[place]++;
                places[key] = place;
            }
        }

        return places;
    }

    /// <summary>
    /// The fewest moves after which no two nodes differ by more than one key; a node that owns keys and is not among the living gives all of them.
    /// A newcomer gets its share from those that have too much, and nobody else exchanges anything.
    /// </summary>
    public static IReadOnlyList<Move> Plan(IReadOnlyList<NodeId?> owners, IReadOnlyCollection<NodeId> living)
    {
        ArgumentNullException.ThrowIfNull(owners);
        ArgumentNullException.ThrowIfNull(living);
        var moves = new List<Move>();
        if (living.Count == 0)
        {
            return moves;
        }

        NodeId?[] now = [.. owners];
        Dictionary<NodeId, int> loads = Loads(now, living);
        int full = Ceiling(now.Length, living.Count);
        for (int key = 0; key < now.Length; key++)
        {
            if (now[key] is { } owner && !loads.ContainsKey(owner))
            {
                Take(key, Best(key, loads, full));
            }
        }

        while (true)
        {
            NodeId fullest = loads.OrderByDescending(load => load.Value).ThenBy(load => load.Key.Value).First().Key;
            NodeId emptiest = loads.OrderBy(load => load.Value).ThenBy(load => load.Key.Value).First().Key;
            if (loads[fullest] - loads[emptiest] <= 1)
            {
                return moves;
            }

            int wanted = Enumerable.Range(0, now.Length).Where(key => now[key] == fullest).MaxBy(key => Rendezvous.Score(emptiest, key));
            loads[fullest]--;
            Take(wanted, emptiest);
        }

        void Take(int key, NodeId to)
        {
            moves.Add(new Move(key, owners[key]!.Value, to));
            now[key] = to;
            loads[to]++;
        }
    }

    private static Dictionary<NodeId, int> Loads(IReadOnlyList<NodeId?> owners, IReadOnlyCollection<NodeId> living)
    {
        Dictionary<NodeId, int> loads = living.ToDictionary(node => node, _ => 0);
        foreach (NodeId? owner in owners)
        {
            if (owner is { } node && loads.TryGetValue(node, out int load))
            {
                loads[node] = load + 1;
            }
        }

        return loads;
    }

    private static NodeId Best(int key, Dictionary<NodeId, int> loads, int full)
    {
        // Somebody is below the ceiling, unless those who have too much have not given it away yet: then the emptiest.
        int limit = Math.Max(full, loads.Values.Min() + 1);
        return loads.Where(load => load.Value < limit).MaxBy(load => Rendezvous.Score(load.Key, key)).Key;
    }

    private static int Ceiling(int keys, int nodes) => (keys + nodes - 1) / nodes;
}
