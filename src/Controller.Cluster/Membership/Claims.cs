using System.Collections.Immutable;
using Controller.Cluster.Placement;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Membership;

/// <summary>
/// Who takes what nobody owns: every member computes the same placement and claims its own part. What stays unclaimed is taken by anybody after a while,
/// the sooner the earlier it stands among the living.
/// </summary>
internal sealed class Claims(MemberContext context, HeldShards held)
{
    private static readonly TimeSpan OthersWithin = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan OfThisTakeover = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ClaimAgain = TimeSpan.FromMilliseconds(200);

    private int _seen = -1;
    private bool _claiming;
    private TimeSpan _orphansSince = TimeSpan.MaxValue;
    private TimeSpan _notBefore = MemberContext.LongAgo;
    private Wave _wave;

    /// <summary>Somebody must take something, or is doing so.</summary>
    public bool Pending => _claiming || _orphansSince != TimeSpan.MaxValue;

    /// <summary>Nothing is without an owner, and nothing has happened since that was looked at.</summary>
    public bool IsQuiet => !Pending && _seen == context.Changes;

    public void Consider()
    {
        if (_claiming || context.Phase != MemberPhase.Up || !context.Trusted || context.Now < _notBefore)
        {
            return;
        }

        if (_seen == context.Changes && _orphansSince == TimeSpan.MaxValue)
        {
            return;
        }

        _seen = context.Changes;
        NodeId?[] shards = new NodeId?[context.Table.Count];
        bool orphaned = false;
        for (int shard = 0; shard < shards.Length; shard++)
        {
            shards[shard] = OwnerOf(context.Table[new ShardId(shard)].Owner);
            orphaned |= shards[shard] is null;
        }

        // Shards that nobody can own are waited for, by edges as well: no call could be taken. Calls do without an edge; their parties will come back to one.
        IReadOnlyList<NodeId> edges = context.Edges();
        NodeId?[] addresses = [.. context.Options.Addresses.Select(address => OwnerOf(context.Table.HolderOf(address)))];
        if (!orphaned && (edges.Count == 0 || !addresses.Contains(null)))
        {
            _orphansSince = TimeSpan.MaxValue;
            return;
        }

        _orphansSince = _orphansSince == TimeSpan.MaxValue ? context.Now : _orphansSince;
        IReadOnlyList<NodeId> owners = context.Owners();
        ImmutableArray<ShardId> mine = [.. Mine(Balance.Place(shards, owners), shards, owners).Select(shard => new ShardId(shard))];
        ImmutableArray<string> mineToo = [.. Mine(Balance.Place(addresses, edges), addresses, edges).Select(at => context.Options.Addresses[at])];
        if (mine.Length + mineToo.Length > 0)
        {
            _claiming = true;
            _wave.Began = _wave.Began != default ? _wave.Began : context.SuspectedAt is { } suspected && context.Now - suspected < OfThisTakeover ? suspected : context.Now;
            context.Want(new MemberCommand.Claim(mine, mineToo, "nobody owned it"));
        }
    }

    public void OnClaimed(MemberInput.Claimed claimed)
    {
        _claiming = false;
        if (claimed.Holdings is not { } holdings)
        {
            _notBefore = context.Now + ClaimAgain;
            context.Tell(new MemberNews.Trouble($"{claimed.Shards.Length} shards could not be claimed; the next heartbeat shows what came of it"));
            return;
        }

        // Somebody else was first with what is missing: the next view shows it. Until then it is not asked for again.
        bool all = holdings.Shards.Length == claimed.Shards.Length && holdings.Addresses.Length == claimed.Addresses.Length;
        _notBefore = all ? _notBefore : context.Now + ClaimAgain;
        _wave = _wave.Shards + holdings.Shards.Length == 0 ? default : _wave with { Claimed = context.Now, Shards = _wave.Shards + holdings.Shards.Length };
        held.Announce([.. holdings.Shards.Select(fence => new OwnedShard(fence.Shard, context.Options.Self, fence.Epoch))], holdings.Addresses);
    }

    /// <returns>True if it belongs to a takeover, whose line is written when the last shard of it is open.</returns>
    public bool OnOpened(int actors)
    {
        if (_wave.Shards == 0)
        {
            return false;
        }

        _wave.Actors += actors;
        if (!_claiming && held.AllOpen)
        {
            TimeSpan fenced = context.FencedAt is { } at ? at - _wave.Began : TimeSpan.Zero;
            context.Tell(new MemberNews.TookOver(_wave.Shards, _wave.Actors, fenced, _wave.Claimed - _wave.Began, context.Now - _wave.Began));
            _wave = default;
            (context.SuspectedAt, context.FencedAt) = (null, null);
        }

        return true;
    }

    private NodeId? OwnerOf(Incarnation? owner) => owner is { } node && !context.IsDead(node) ? node.Node : null;

    private IEnumerable<int> Mine(NodeId?[] places, NodeId?[] owned, IReadOnlyList<NodeId> living)
    {
        NodeId self = context.Options.Self.Node;
        int rank = living.ToList().IndexOf(self);
        if (rank < 0)
        {
            return [];
        }

        bool anybody = context.Now - _orphansSince > OthersWithin * (rank + 1);
        return Enumerable.Range(0, places.Length).Where(key => owned[key] is null && (anybody || places[key] == self));
    }

    private struct Wave
    {
        public TimeSpan Began;
        public TimeSpan Claimed;
        public int Shards;
        public int Actors;
    }
}
