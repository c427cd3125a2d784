using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;

namespace Controller.Cluster.Shards;

/// <summary>
/// The actors of the whole cluster, as one node meets them: an actor of a shard that is open here is told at once, any other by its owner. What is told
/// to another node is kept until that node has settled it, and sent again when it may have been lost or the shard has a new owner; in the order in
/// which it was told. Thread-safe. It has no threads and no timers: whoever drives it calls <see cref="Tick"/> every few milliseconds.
/// </summary>
public sealed class ShardRouter : IActorSystem, IDisposable
{
    private readonly RouterContext _context;
    private readonly IActorSystem _local;
    private readonly IShardHost _host;
    private readonly ShardTable _table;
    private readonly Acknowledgements _acknowledgements;
    private readonly OutgoingLane[] _outgoing;
    private readonly IncomingLane[] _incoming;

    /// <param name="local">This node's own system; <paramref name="host"/> is its other face.</param>
    public ShardRouter(
        IActorSystem local, IShardHost host, ShardTable table, ILinks links, IInputCodec codec, Incarnation self, TimeProvider clock, RouterOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(table.Count, RouterContext.MaxShards);
        options ??= new RouterOptions();
        _local = local;
        _host = host;
        _table = table;
        _context = new RouterContext(local, host, table, links, codec, self, clock, options);
        _acknowledgements = new Acknowledgements(links, options.AcknowledgeAt);
        _outgoing = [.. Enumerable.Range(0, table.Count).Select(s => new OutgoingLane(new ShardId(s), _context))];
        _incoming = [.. Enumerable.Range(0, table.Count).Select(s => new IncomingLane(new ShardId(s), _context, _acknowledgements))];
        table.Changed += Changed;
    }

    public int Shards => _table.Count;

    internal RouterInstruments Instruments => _context.Instruments;

    /// <inheritdoc/>
    /// <remarks>False also if the shard is not open here and nothing more can be kept for it.</remarks>
    public bool Tell(ActorId actor, object input)
    {
        ArgumentNullException.ThrowIfNull(input);
        ShardId shard = actor.ShardOf(_table.Count);
        OutgoingLane lane = _outgoing[shard.Value];
        if (lane.IsClear && _host.Owns(shard))
        {
            if (_local.Tell(actor, input))
            {
                return true;
            }

            if (_host.Owns(shard))
            {
                return false;
            }
        }

        return lane.Tell(actor, input);
    }

    /// <inheritdoc/>
    /// <remarks>Of another node's actor it is not known; its store is ours.</remarks>
    public bool IsBehind(ActorId actor) => _local.IsBehind(actor);

    /// <summary>A frame from a peer; those that are not the router's are left alone.</summary>
    /// <returns>False if it is not the router's, but the membership's: also <see cref="Frame.Moved"/> that says more than the table.</returns>
    public bool Received(Incarnation from, Frame frame)
    {
        switch (frame)
        {
            case Frame.Tell tell:
                _incoming[tell.Actor.ShardOf(_table.Count).Value].Take(from, tell);
                return true;
            case Frame.Acknowledged acknowledged:
                foreach (long number in acknowledged.Numbers)
                {
                    LaneOf(number)?.Settled(number);
                }

                return true;
            case Frame.NotTaken notTaken:
                NotTaken(from, notTaken.Number);
                return true;
            case Frame.Moved moved when (uint)moved.Shard.Shard.Value < (uint)_table.Count && moved.Shard.Epoch.Value > _table[moved.Shard.Shard].Epoch.Value:
                // A fact for the membership, which opens and loses shards by what it learns and is the only one to write the table. What is kept for
                // the shard goes to its new owner when the table has changed.
                return false;
            case Frame.Moved moved:
                NotTaken(from, moved.Number);
                return true;
            default:
                return false;
        }
    }

    /// <summary>A link is there, for the first time or again: what was on the way on an earlier one may be lost.</summary>
    public void Connected(Incarnation peer)
    {
        _acknowledgements.Forget(except: peer);
        for (int i = 0; i < _outgoing.Length; i++)
        {
            _incoming[i].Forget(except: peer);
            if (_table[new ShardId(i)].Owner == peer)
            {
                _outgoing[i].Restart();
            }
        }
    }

    /// <summary>The shard takes inputs here from now on. (A tick would find out as well.)</summary>
    public void Opened(ShardId shard)
    {
        _outgoing[shard.Value].Opened();
        _incoming[shard.Value].Flush();
    }

    /// <summary>The local system has let go of the shard, or lost it: what it had been given and not settled is on its way again.</summary>
    public void Released(ShardId shard)
    {
        // Ahead of the news, on the same link: else their senders would tell the next owner what is settled.
        _acknowledgements.Flush();
        _incoming[shard.Value].Released();
        _outgoing[shard.Value].Restart();
    }

    /// <summary>Sends what had to wait, and what has been collected. Every 5 ms, say; less often costs senders memory and the refused time.</summary>
    public void Tick()
    {
        long now = _context.Now;
        for (int i = 0; i < _outgoing.Length; i++)
        {
            _outgoing[i].Tick(now);
            _incoming[i].Tick(now);
        }

        _acknowledgements.Flush();
    }

    public Task<IReadOnlyList<TResult>> InspectAsync<TState, TResult>(ActorKind kind, Func<ActorId, TState, TResult?> look)
        where TState : class where TResult : class => _local.InspectAsync(kind, look);

    public int CountOf(ActorKind kind) => _local.CountOf(kind);

    public Task<IReadOnlyList<(long Sequence, object Event)>> HistoryAsync(ActorId actor) => _local.HistoryAsync(actor);

    public Task DrainAsync() => _local.DrainAsync();

    public void Dispose()
    {
        _table.Changed -= Changed;
        _context.Instruments.Dispose();
    }

    private void Changed(ShardId shard)
    {
        _outgoing[shard.Value].Restart();
        _incoming[shard.Value].Flush();
    }

    /// <summary>The answer of somebody who is not the owner any more says nothing: the new owner has been asked.</summary>
    private void NotTaken(Incarnation from, long number)
    {
        if (LaneOf(number) is { } lane && _table[new ShardId(RouterContext.ShardOf(number))].Owner == from)
        {
            lane.NotTaken(number);
        }
    }

    private OutgoingLane? LaneOf(long number) => RouterContext.ShardOf(number) is var shard && shard < _outgoing.Length ? _outgoing[shard] : null;
}
