using System.Collections.Immutable;
using Controller.Cluster.Placement;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Membership;

/// <summary>
/// What this node gives away of its own: a few shards at a time for balance, when the cluster has been at rest; everything when it leaves. Every
/// giver computes the same plan and does its own part of it; nobody else may move what is ours.
/// </summary>
internal sealed class Moves(MemberContext context, HeldShards held, Suspicion suspicion)
{
    private static readonly TimeSpan TakenWithin = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AgainAfterFailure = TimeSpan.FromMilliseconds(500);

    private readonly Dictionary<ShardId, Given> _given = [];
    private bool _moving;
    private bool _movingAddresses;
    private Incarnation _to;
    private TimeSpan _began;
    private TimeSpan _released;
    private TimeSpan _notBefore = MemberContext.LongAgo;
    private int _balanced = -1;

    public bool Idle => !_moving && !_movingAddresses;

    /// <inheritdoc cref="Member.QuietUntil"/>
    public TimeSpan QuietUntil => _balanced == context.Changes ? TimeSpan.MaxValue : context.NodesChangedAt + context.Options.RebalanceAfter;

    /// <summary>Who was given shards takes their inputs, or should by now.</summary>
    public bool AllTaken
    {
        get
        {
            foreach ((_, Given given) in _given)
            {
                if (context.Now - given.Began <= TakenWithin)
                {
                    return false;
                }
            }

            return true;
        }
    }

    public void Consider(bool orphans)
    {
        bool leaving = context.Phase == MemberPhase.Leaving;
        if (!leaving && _balanced == context.Changes)
        {
            return;
        }

        // One after the other: what is given while the other still reads back the last ones waits behind them.
        if (!Idle || !AllTaken || !context.Trusted || context.Now < _notBefore || (!leaving && (context.Phase != MemberPhase.Up || orphans)))
        {
            return;
        }

        if (!leaving && context.Now - context.NodesChangedAt < context.Options.RebalanceAfter)
        {
            return;
        }

        if (!GiveShards(leaving) && !GiveAddresses(leaving) && held.AllOpen)
        {
            _balanced = context.Changes;
        }
    }

    public void OnReleased(ImmutableArray<Fence> fences)
    {
        if (_moving)
        {
            _released = context.Now - _began;
            context.Want(new MemberCommand.HandOff(_to, fences, []));
        }
    }

    public void OnHandedOff(MemberInput.HandedOff done)
    {
        _moving = _movingAddresses = false;
        if (done.Holdings is { } given)
        {
            held.Announce([.. given.Shards.Select(fence => new OwnedShard(fence.Shard, done.To, fence.Epoch))], given.Addresses);
            foreach (Fence fence in given.Shards)
            {
                _given[fence.Shard] = new Given(fence.Epoch, _began, _released, context.Now - _began);
            }

            _notBefore = context.Phase == MemberPhase.Leaving ? _notBefore : context.Now + (TimeSpan.FromSeconds(1) * given.Shards.Length / context.Options.MovesPerSecond);
            HashSet<ShardId> gone = [.. given.Shards.Select(fence => fence.Shard)];
            if (gone.Count < done.Shards.Length)
            {
                _notBefore = context.Now + AgainAfterFailure;
                held.Keep([.. done.Shards.Where(fence => !gone.Contains(fence.Shard))]);
            }

            return;
        }

        // Whether it happened is not known: what is still ours opens again, and is lost when the next view says otherwise.
        _notBefore = context.Now + AgainAfterFailure;
        held.Keep(done.Shards);
        context.Tell(new MemberNews.Trouble($"{done.Shards.Length} shards could not be handed to node {done.To}"));
    }

    /// <summary>The other takes inputs for them: until then they have waited.</summary>
    public void OnOpened(Incarnation by, ImmutableArray<OwnedShard> shards)
    {
        int count = 0;
        Given last = default;
        foreach (OwnedShard shard in shards)
        {
            if (_given.TryGetValue(shard.Shard, out Given given) && given.Epoch == shard.Epoch)
            {
                _given.Remove(shard.Shard);
                count++;
                last = given;
            }
        }

        if (count > 0)
        {
            context.Tell(new MemberNews.Gave(count, by, last.Released, last.HandedOff, context.Now - last.Began));
        }
    }

    private bool GiveShards(bool leaving)
    {
        NodeId self = context.Options.Self.Node;
        NodeId?[] owners = [.. Enumerable.Range(0, context.Table.Count).Select(shard => context.Table[new ShardId(shard)].Owner is { } owner && !context.IsDead(owner) ? owner.Node : (NodeId?)null)];
        List<Fence> open = [.. held.Open];
        if (open.Count == 0)
        {
            return false;
        }

        List<Move> mine = [.. Balance.Plan(owners, Takers(context.Owners())).Where(move => move.From == self)];
        if (mine.Count == 0)
        {
            return false;
        }

        NodeId to = mine.GroupBy(move => move.To).MaxBy(moves => moves.Count())!.Key;
        HashSet<int> wanted = [.. mine.Where(move => move.To == to).Select(move => move.Key)];
        int atOnce = leaving ? context.Options.MovesAtOnce : Math.Max(1, context.Options.MovesPerSecond / 20);
        ImmutableArray<Fence> given = [.. open.Where(fence => wanted.Contains(fence.Shard.Value)).Take(atOnce)];
        if (given.IsEmpty)
        {
            return false;
        }

        (_moving, _to, _began) = (true, context.Row(to)!.Incarnation, context.Now);
        held.Release(given);
        return true;
    }

    /// <summary>Behind the shards: what comes in by an address of ours meanwhile is passed on.</summary>
    private bool GiveAddresses(bool leaving)
    {
        if (held.Addresses.Count == 0)
        {
            return false;
        }

        NodeId self = context.Options.Self.Node;
        NodeId?[] holders = [.. context.Options.Addresses.Select(address => context.Table.HolderOf(address) is { } holder && !context.IsDead(holder) ? holder.Node : (NodeId?)null)];
        List<Move> mine = [.. Balance.Plan(holders, Takers(context.Edges())).Where(move => move.From == self)];
        if (mine.Count == 0 || (leaving && held.Count > 0 && Takers(context.Owners()).Count > 0))
        {
            return false;
        }

        NodeId to = mine[0].To;
        (_movingAddresses, _to, _began) = (true, context.Row(to)!.Incarnation, context.Now);
        ImmutableArray<OwnedAddress> given = [.. context.Table.Addresses.Where(owned => mine.Any(move => move.To == to && context.Options.Addresses[move.Key] == owned.Address))];
        context.Want(new MemberCommand.HandOff(_to, [], given));
        return true;
    }

    /// <summary>Who can be given something: connected, and not ourselves if we leave.</summary>
    private List<NodeId> Takers(IReadOnlyList<NodeId> fit)
    {
        NodeId self = context.Options.Self.Node;
        return [.. fit.Where(node => node == self ? context.Phase == MemberPhase.Up : suspicion.IsConnected(context.Row(node)!.Incarnation))];
    }

    /// <summary>A shard on its way: at which epoch, since when its inputs wait, and how long the steps so far took.</summary>
    private readonly record struct Given(Epoch Epoch, TimeSpan Began, TimeSpan Released, TimeSpan HandedOff);
}
