using System.Collections.Immutable;
using Controller.Cluster.Links;
using Controller.Sharding.Model;

namespace Controller.Cluster.Membership;

/// <summary>
/// What the arbiter says is ours, and what of it the engine has: every fact about an owner goes through here, so that the engine follows the arbiter and
/// never the other way round.
/// <code>Not → Opening → Open → Releasing → Not (handed off) or Opening (it stays ours); any → Not when another owns it at a higher epoch</code>
/// </summary>
internal sealed class HeldShards(MemberContext context)
{
    private static readonly TimeSpan OpenAgain = TimeSpan.FromMilliseconds(200);

    private readonly Held[] _held = new Held[context.Table.Count];
    private readonly TimeSpan[] _openingSince = new TimeSpan[context.Table.Count];
    private readonly Epoch[] _followed = new Epoch[context.Table.Count];
    private readonly List<ShardId> _toOpen = [];
    private readonly List<ShardId> _toLose = [];
    private TimeSpan _openAt = MemberContext.LongAgo;

    private enum Standing : byte
    {
        Not,
        Opening,
        Open,
        Releasing,
    }

    public int Count { get; private set; }

    public bool AllOpen => _held.All(held => held.Standing is Standing.Not or Standing.Open);

    /// <summary>The engine was told all that is known.</summary>
    public bool IsFollowed => _toOpen.Count == 0 && _toLose.Count == 0;

    public IEnumerable<Fence> Open => _held.Select((held, shard) => (held, shard)).Where(each => each.held.Standing == Standing.Open).Select(each => new Fence(new ShardId(each.shard), each.held.Epoch));

    public HashSet<string> Addresses { get; } = [];

    /// <summary>Facts from the arbiter, by whatever way.</summary>
    public void Learn(ImmutableArray<OwnedShard> shards, ImmutableArray<OwnedAddress> addresses)
    {
        foreach (OwnedShard fact in shards.IsDefault ? [] : shards)
        {
            // The router tells the table too: that it knows does not say that the engine follows.
            context.Table.Learn(fact);
            if (fact.Epoch.Value <= _followed[fact.Shard.Value].Value)
            {
                continue;
            }

            _followed[fact.Shard.Value] = fact.Epoch;

            context.Changed();
            ref Held held = ref _held[fact.Shard.Value];
            if (fact.Owner == context.Options.Self)
            {
                Count += held.Standing == Standing.Not ? 1 : 0;
                held = new Held(Standing.Opening, fact.Epoch);
                _openingSince[fact.Shard.Value] = context.Now;
                _toOpen.Add(fact.Shard);
            }
            else if (held.Standing != Standing.Not)
            {
                Count--;
                held = default;
                _toLose.Add(fact.Shard);
            }
        }

        foreach (OwnedAddress fact in addresses.IsDefault ? [] : addresses)
        {
            if (context.Table.Learn(fact))
            {
                context.Changed();
                Hold(fact);
            }
        }
    }

    /// <summary>Wants done what the facts of this input ask for, in one piece.</summary>
    public void Settle()
    {
        if (_toLose.Count > 0)
        {
            context.Want(new MemberCommand.Lose([.. _toLose]));
            _toLose.Clear();
        }

        if (_toOpen.Count > 0 && context.Now >= _openAt)
        {
            Fence[] fences = [.. _toOpen.Distinct().Where(shard => _held[shard.Value].Standing == Standing.Opening).Select(shard => new Fence(shard, _held[shard.Value].Epoch))];
            _toOpen.Clear();
            if (fences.Length > 0)
            {
                context.Want(new MemberCommand.Open([.. fences]));
            }
        }
    }

    /// <summary>How long these have been ours without taking inputs.</summary>
    public TimeSpan Awaited(ImmutableArray<Fence> fences) => context.Now - fences.Min(fence => _openingSince[fence.Shard.Value]);

    public void OnOpened(ImmutableArray<Fence> fences, bool failed)
    {
        foreach (Fence fence in fences)
        {
            ref Held held = ref _held[fence.Shard.Value];
            if (held != new Held(Standing.Opening, fence.Epoch))
            {
                continue;
            }

            if (failed)
            {
                _toOpen.Add(fence.Shard);
            }
            else
            {
                held = held with { Standing = Standing.Open };
            }
        }

        if (failed)
        {
            _openAt = context.Now + OpenAgain;
            context.Tell(new MemberNews.Trouble($"{fences.Length} shards could not be read back; again in {OpenAgain.TotalMilliseconds:F0} ms"));
        }
    }

    public void Release(ImmutableArray<Fence> fences)
    {
        foreach (Fence fence in fences)
        {
            _held[fence.Shard.Value] = new Held(Standing.Releasing, fence.Epoch);
        }

        context.Want(new MemberCommand.Release(fences));
    }

    /// <summary>It was released for somebody who cannot take it.</summary>
    public void Keep(ImmutableArray<Fence> fences)
    {
        foreach (Fence fence in fences)
        {
            if (_held[fence.Shard.Value] == new Held(Standing.Releasing, fence.Epoch))
            {
                _held[fence.Shard.Value] = new Held(Standing.Opening, fence.Epoch);
                _toOpen.Add(fence.Shard);
            }
        }
    }

    /// <summary>What the arbiter has just committed for us or for another: learned here, and told to the others.</summary>
    public void Announce(ImmutableArray<OwnedShard> shards, ImmutableArray<OwnedAddress> addresses)
    {
        Learn(shards, addresses);
        if (shards.Length + addresses.Length > 0)
        {
            context.Broadcast(new Frame.Moves(shards, addresses));
        }
    }

    private void Hold(OwnedAddress fact)
    {
        if (fact.Owner == context.Options.Self)
        {
            if (Addresses.Add(fact.Address))
            {
                context.Want(new MemberCommand.Take(fact.Address));
            }
        }
        else if (Addresses.Remove(fact.Address))
        {
            context.Want(new MemberCommand.Drop(fact.Address));
        }
    }

    private readonly record struct Held(Standing Standing, Epoch Epoch);
}
