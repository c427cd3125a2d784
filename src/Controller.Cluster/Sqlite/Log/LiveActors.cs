using System.Runtime.InteropServices;
using Controller.Sharding.Model;

namespace Controller.Cluster.Sqlite.Log;

/// <summary>Which actors live, how far they are, and where their rows stand.</summary>
internal sealed class LiveActors(CommitRing commits)
{
    // Many small tables instead of a large one: none takes long when it grows.
    private const int Tables = 256;

    private readonly RowChains _chains = new();
    private readonly Dictionary<ActorId, Life>[] _tables = [.. Enumerable.Range(0, Tables).Select(_ => new Dictionary<ActorId, Life>())];

    /// <summary>Of all actors.</summary>
    public int Rows { get; private set; }

    /// <summary>Zero and zero if it does not live.</summary>
    public Standing StandingOf(ActorId actor) =>
        TableOf(actor).TryGetValue(actor, out Life life) ? new Standing(life.Reached, life.Rows) : default;

    /// <summary>The place of an actor's row; null if it is not live.</summary>
    public RowPlace? PlaceOf(ActorId actor, long sequence)
    {
        if (TableOf(actor).TryGetValue(actor, out Life life))
        {
            for (int link = life.First; link != RowChains.None; link = _chains[link].Next)
            {
                if (_chains[link].Sequence >= sequence)
                {
                    return _chains[link].Sequence == sequence ? _chains[link].Place : null;
                }
            }
        }

        return null;
    }

    /// <summary>In order of sequence.</summary>
    public void Collect(ActorId actor, List<RowPlace> into)
    {
        if (TableOf(actor).TryGetValue(actor, out Life life))
        {
            Collect(life, into);
        }
    }

    /// <summary>Of all actors of these shards: the rows of an actor together, in order of sequence; the actors as their first rows stand in the log.</summary>
    public void Collect(IReadOnlySet<ShardId> shards, List<RowPlace> into)
    {
        var found = new List<Life>();
        foreach (Dictionary<ActorId, Life> table in _tables)
        {
            foreach (Life life in table.Values)
            {
                if (shards.Contains(new ShardId(life.Shard)))
                {
                    found.Add(life);
                }
            }
        }

        found.Sort((a, b) => Compare(_chains[a.First].Place, _chains[b.First].Place));
        foreach (Life life in found)
        {
            Collect(life, into);
        }
    }

    /// <summary>A row that is new, or, in a log that is read, that was moved. Rows of a commit whose place is known.</summary>
    public void Add(ActorId actor, ShardId shard, long sequence, in RowPlace place)
    {
        ref Life life = ref CollectionsMarshal.GetValueRefOrAddDefault(TableOf(actor), actor, out bool lives);
        if (!lives)
        {
            life = new Life { First = RowChains.None, Last = RowChains.None, Shard = (ushort)shard.Value };
        }

        int before = life.Last;
        if (before != RowChains.None && _chains[before].Sequence >= sequence)
        {
            before = Before(life, sequence);
        }

        int next = before == RowChains.None ? life.First : _chains[before].Next;
        if (next != RowChains.None && _chains[next].Sequence == sequence)
        {
            // The same row at a new place.
            commits.Lost(_chains[next].Place);
            _chains[next].Place = place;
            commits.Gained(place);
            return;
        }

        int link = _chains.Take(sequence, place, next);
        if (before == RowChains.None)
        {
            life.First = link;
        }
        else
        {
            _chains[before].Next = link;
        }

        life.Last = next == RowChains.None ? link : life.Last;
        life.Reached = Math.Max(life.Reached, sequence);
        life.Rows++;
        Rows++;
        commits.Gained(place);
    }

    /// <summary>Its rows before this sequence are dead.</summary>
    public void Supersede(ActorId actor, long sequence)
    {
        ref Life life = ref CollectionsMarshal.GetValueRefOrNullRef(TableOf(actor), actor);
        if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref life))
        {
            Drop(ref life, sequence);
        }
    }

    /// <summary>All its rows are dead.</summary>
    public void End(ActorId actor)
    {
        if (TableOf(actor).Remove(actor, out Life life))
        {
            Drop(ref life, long.MaxValue);
        }
    }

    private static int Compare(in RowPlace a, in RowPlace b) => a.Commit != b.Commit ? a.Commit.CompareTo(b.Commit) : a.Offset.CompareTo(b.Offset);

    private void Drop(ref Life life, long below)
    {
        while (life.First != RowChains.None && _chains[life.First].Sequence < below)
        {
            int link = life.First;
            commits.Lost(_chains[link].Place);
            life.First = _chains[link].Next;
            life.Rows--;
            Rows--;
            _chains.Give(link);
        }

        if (life.First == RowChains.None)
        {
            life.Last = RowChains.None;
        }
    }

    /// <summary>The last link below this sequence.</summary>
    private int Before(in Life life, long sequence)
    {
        int before = RowChains.None;
        for (int link = life.First; link != RowChains.None && _chains[link].Sequence < sequence; link = _chains[link].Next)
        {
            before = link;
        }

        return before;
    }

    private void Collect(in Life life, List<RowPlace> into)
    {
        for (int link = life.First; link != RowChains.None; link = _chains[link].Next)
        {
            into.Add(_chains[link].Place);
        }
    }

    private Dictionary<ActorId, Life> TableOf(ActorId actor) => _tables[(int)((ulong)(actor.Key >> 112) % Tables)];

    private struct Life
    {
        public long Reached;
        public int First;
        public int Last;
        public int Rows;
        public ushort Shard;
    }
}

/// <summary>How far an actor is, and how many live rows it has.</summary>
internal readonly record struct Standing(long Reached, int Rows);
