using System.Buffers;
using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;

namespace Controller.Cluster.Shards;

/// <summary>
/// What this node tells the actors of one shard while it is not known to be open here: kept in the order of telling until somebody has settled it, and
/// sent, in that order, to whoever owns the shard by now.
/// </summary>
/// <remarks>Everything before <c>_next</c> has been sent in this round; a new round begins when what was sent may have been lost.</remarks>
internal sealed class OutgoingLane(ShardId shard, RouterContext context)
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? t_encoded;

    private readonly Lock _gate = new();
    private readonly LinkedList<KeptInput> _kept = new();
    private readonly Dictionary<long, LinkedListNode<KeptInput>> _byNumber = [];
    private LinkedListNode<KeptInput>? _next;
    private int _waiting;
    private int _count;
    private int _bytes;
    private int _round;
    private long _pausedUntil;
    private long _lastSent;

    /// <summary>Nothing is kept that would have to reach the actors first.</summary>
    public bool IsClear => Volatile.Read(ref _waiting) == 0;

    private bool IsEmpty => Volatile.Read(ref _count) == 0;

    /// <returns>False if it was not taken: the input is still the caller's.</returns>
    public bool Tell(ActorId actor, object input)
    {
        lock (_gate)
        {
            // Whoever was first to see that the shard is open has given everything to the system meanwhile, or it is the moment before.
            if (IsClear && context.Host.Owns(shard))
            {
                if (context.Local.Tell(actor, input))
                {
                    return true;
                }

                if (context.Host.Owns(shard))
                {
                    return false;
                }
            }

            ArrayBufferWriter<byte> encoded = t_encoded ??= new ArrayBufferWriter<byte>();
            encoded.ResetWrittenCount();
            if (!context.Codec.TryEncode(input, encoded))
            {
                // It makes sense here only, so order against what waits does not matter.
                return context.Host.Owns(shard) && context.Local.Tell(actor, input);
            }

            if (!Keep(actor, encoded.WrittenSpan))
            {
                context.Instruments.Add(RouterCount.Refused);
                return false;
            }

            Push();
        }

        (input as IDisposable)?.Dispose();
        return true;
    }

    /// <summary>What was sent may be lost, or somebody else owns the shard: everything once more, from the oldest.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            foreach (KeptInput kept in _kept)
            {
                kept.IsGiven = false;
            }

            Volatile.Write(ref _waiting, _count);
            _round++;
            _next = _kept.First;
            _pausedUntil = 0;
            Push();
        }
    }

    /// <summary>The owner took one of them not: all that it has not taken, in a moment.</summary>
    public void NotTaken(long number)
    {
        lock (_gate)
        {
            if (_byNumber.ContainsKey(number))
            {
                _next = _kept.First;
                Pause();
            }
        }
    }

    /// <summary>The shard takes inputs here.</summary>
    public void Opened()
    {
        lock (_gate)
        {
            _pausedUntil = 0;
            Push();
        }
    }

    public void Settled(long number)
    {
        lock (_gate)
        {
            if (_byNumber.TryGetValue(number, out LinkedListNode<KeptInput>? node))
            {
                Remove(node);
            }
        }
    }

    public void Tick(long now)
    {
        if (IsEmpty)
        {
            return;
        }

        lock (_gate)
        {
            while (_kept.First is { } oldest && now - oldest.Value.Since > context.Options.KeepFor.TotalMilliseconds)
            {
                Remove(oldest);
                context.Instruments.Add(RouterCount.Dropped);
            }

            if (_next is null && _kept.First is { Value.IsGiven: false } && now - _lastSent > context.Options.Unanswered.TotalMilliseconds)
            {
                _next = _kept.First;
            }

            Push();
        }
    }

    /// <summary>This node's own system gives it back.</summary>
    private void Refused(long number, int round)
    {
        lock (_gate)
        {
            if (round == _round && _byNumber.TryGetValue(number, out LinkedListNode<KeptInput>? node) && node.Value.IsGiven)
            {
                node.Value.IsGiven = false;
                Volatile.Write(ref _waiting, _waiting + 1);
                if (_next is null || _next.Value.Number > number)
                {
                    _next = node;
                }

                Pause();
            }
        }
    }

    private bool Keep(ActorId actor, ReadOnlySpan<byte> input)
    {
        int bytes = KeptInput.BytesFor(input.Length);
        if (!context.TryKeep(bytes, _bytes))
        {
            return false;
        }

        KeptInput kept = new(context.NextNumber(shard), actor, input.ToArray(), context.Now);
        LinkedListNode<KeptInput> node = _kept.AddLast(kept);
        _byNumber.Add(kept.Number, node);
        _next ??= node;
        _bytes += bytes;
        Volatile.Write(ref _count, _count + 1);
        Volatile.Write(ref _waiting, _waiting + 1);
        return true;
    }

    private void Remove(LinkedListNode<KeptInput> node)
    {
        if (_next == node)
        {
            _next = node.Next;
        }

        _kept.Remove(node);
        _byNumber.Remove(node.Value.Number);
        _bytes -= node.Value.Bytes;
        Volatile.Write(ref _count, _count - 1);
        if (!node.Value.IsGiven)
        {
            Volatile.Write(ref _waiting, _waiting - 1);
        }

        context.Forget(node.Value.Bytes);
    }

    private void Pause() => _pausedUntil = context.Now + RouterContext.RetryAfter(shard);

    private void Push()
    {
        if (_next is null || context.Now < _pausedUntil)
        {
            return;
        }

        OwnedShard owned = context.Table[shard];
        while (_next is { } node)
        {
            // The system may settle it before the call returns: what is next is known before.
            _next = node.Next;
            if (!(node.Value.IsGiven || (owned.Owner == context.Self ? Give(node) : Send(node, owned))))
            {
                _next = node;
                Pause();
                return;
            }
        }
    }

    private bool Send(LinkedListNode<KeptInput> node, OwnedShard owned)
    {
        // An earlier run of this node is as good as nobody.
        KeptInput kept = node.Value;
        long previous = node.Previous?.Value.Number ?? 0;
        if (owned.Owner is not { } owner || owner.Node == context.Self.Node || !context.Links.Send(owner.Node, new Frame.Tell(kept.Number, previous, owned.Epoch, kept.Actor, kept.Input)))
        {
            return false;
        }

        context.Instruments.Add(RouterCount.Sent);
        _lastSent = context.Now;
        return true;
    }

    private bool Give(LinkedListNode<KeptInput> node)
    {
        KeptInput kept = node.Value;
        if (!context.Host.Owns(shard))
        {
            context.Host.Hasten(shard);
            return false;
        }

        if (!context.Codec.TryDecode(kept.Input, out object? input))
        {
            context.Instruments.Add(RouterCount.Unreadable);
            Remove(node);
            return true;
        }

        kept.IsGiven = true;
        Volatile.Write(ref _waiting, _waiting - 1);
        if (context.Local.Tell(kept.Actor, new Receipted(input, new Receipt(this, kept.Number, _round))))
        {
            return true;
        }

        kept.IsGiven = false;
        Volatile.Write(ref _waiting, _waiting + 1);
        (input as IDisposable)?.Dispose();
        return false;
    }

    private sealed class Receipt(OutgoingLane lane, long number, int round) : IReceipt
    {
        public void Settled() => lane.Settled(number);

        public void Refused() => lane.Refused(number, round);
    }
}
