using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;

namespace Controller.Cluster.Shards;

/// <summary>
/// What other nodes tell the actors of one shard: taken if the shard is open here, held while it opens, answered with the owner if it is somebody else's.
/// Of each sender nothing is taken twice, and nothing before what it told before.
/// </summary>
internal sealed class IncomingLane(ShardId shard, RouterContext context, Acknowledgements acknowledgements)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Incarnation, Sequence> _senders = [];
    private readonly Queue<Held> _held = new();
    private int _heldBytes;
    private int _count;

    public void Take(Incarnation from, Frame.Tell tell)
    {
        lock (_gate)
        {
            if (_held.Count == 0 && Judge(from, tell))
            {
                return;
            }

            // The frame's octets are borrowed.
            int bytes = KeptInput.BytesFor(tell.Input.Length);
            if (!context.TryKeep(bytes, _heldBytes))
            {
                NotTaken(from, tell.Number);
                return;
            }

            _heldBytes += bytes;
            _held.Enqueue(new Held(from, tell with { Input = tell.Input.ToArray() }, context.Now));
            Volatile.Write(ref _count, _held.Count);
        }
    }

    /// <summary>The shard may have opened, or become somebody else's.</summary>
    public void Flush()
    {
        if (Volatile.Read(ref _count) == 0)
        {
            return;
        }

        lock (_gate)
        {
            while (_held.TryPeek(out Held held) && Judge(held.From, held.Tell))
            {
                LetGo();
            }
        }
    }

    /// <summary>The system has forgotten what it had taken of this shard: nobody says any more what became of it.</summary>
    public void Released()
    {
        lock (_gate)
        {
            _senders.Clear();
        }
    }

    /// <summary>A later run of a node knows nothing of what an earlier one sent.</summary>
    public void Forget(Incarnation except)
    {
        lock (_gate)
        {
            foreach (Incarnation old in _senders.Keys.Where(sender => sender.Node == except.Node && sender != except).ToArray())
            {
                _senders.Remove(old);
            }
        }
    }

    public void Tick(long now)
    {
        if (Volatile.Read(ref _count) == 0)
        {
            return;
        }

        lock (_gate)
        {
            while (_held.TryPeek(out Held oldest) && now - oldest.Since > context.Options.KeepFor.TotalMilliseconds)
            {
                LetGo();
                context.Instruments.Add(RouterCount.Dropped);
            }
        }

        Flush();
    }

    private void LetGo()
    {
        int bytes = KeptInput.BytesFor(_held.Dequeue().Tell.Input.Length);
        _heldBytes -= bytes;
        context.Forget(bytes);
        Volatile.Write(ref _count, _held.Count);
    }

    /// <returns>False if that cannot be said yet: the shard is still opening, or its sender knows more than this node.</returns>
    private bool Judge(Incarnation from, Frame.Tell tell)
    {
        OwnedShard owned = context.Table[shard];
        if (tell.Epoch.Value > owned.Epoch.Value)
        {
            return false;
        }

        if (owned.Owner != context.Self)
        {
            context.Instruments.Add(RouterCount.Moved);
            context.Links.Send(from.Node, new Frame.Moved(tell.Number, owned));
            return true;
        }

        if (!context.Host.Owns(shard) || context.Host.FenceOf(shard) is not { } fence || fence.Epoch != owned.Epoch)
        {
            context.Host.Hasten(shard);
            return false;
        }

        Sequence sequence = SequenceOf(from, fence.Epoch);
        sequence.GivenUp(tell.Previous, tell.Number);
        if (sequence.InProgress.Contains(tell.Number))
        {
            context.Instruments.Add(RouterCount.Repeated);
        }
        else if (tell.Number <= sequence.Last && !sequence.Refused.Contains(tell.Number))
        {
            // It was settled, and the acknowledgement got lost with a link.
            context.Instruments.Add(RouterCount.Repeated);
            acknowledgements.Add(from, tell.Number);
        }
        else if (tell.Previous > sequence.Last || sequence.HasRefusedBefore(tell.Number) || !Give(from, tell, sequence))
        {
            NotTaken(from, tell.Number);
        }

        return true;
    }

    private bool Give(Incarnation from, Frame.Tell tell, Sequence sequence)
    {
        if (!context.Codec.TryDecode(tell.Input.Span, out object? input))
        {
            // It would not become readable by being sent again.
            context.Instruments.Add(RouterCount.Unreadable);
            sequence.Took(tell.Number);
            acknowledgements.Add(from, tell.Number);
            return true;
        }

        // Before the system has it, for it may settle it before it returns.
        long before = sequence.Last;
        bool again = sequence.Took(tell.Number);
        sequence.InProgress.Add(tell.Number);
        if (context.Local.Tell(tell.Actor, new Receipted(input, new Receipt(this, from, tell.Number, sequence))))
        {
            context.Instruments.Add(RouterCount.Taken);
            return true;
        }

        sequence.Last = before;
        sequence.InProgress.Remove(tell.Number);
        if (again)
        {
            sequence.Refused.Add(tell.Number);
        }

        (input as IDisposable)?.Dispose();
        return false;
    }

    private void NotTaken(Incarnation from, long number)
    {
        context.Instruments.Add(RouterCount.NotTaken);
        context.Links.Send(from.Node, new Frame.NotTaken(number));
    }

    private Sequence SequenceOf(Incarnation from, Epoch epoch)
    {
        if (!_senders.TryGetValue(from, out Sequence? sequence) || sequence.Epoch != epoch)
        {
            sequence = new Sequence(epoch);
            _senders[from] = sequence;
        }

        return sequence;
    }

    private void Settled(Incarnation from, long number, Sequence sequence)
    {
        lock (_gate)
        {
            sequence.InProgress.Remove(number);
        }

        acknowledgements.Add(from, number);
    }

    private void Refused(Incarnation from, long number, Sequence sequence)
    {
        lock (_gate)
        {
            sequence.InProgress.Remove(number);
            sequence.Refused.Add(number);
        }

        NotTaken(from, number);
    }

    private readonly record struct Held(Incarnation From, Frame.Tell Tell, long Since);

    /// <summary>
    /// What was taken of one sender while the shard has been open here at one epoch: everything up to <see cref="Last"/>, and of that some are in
    /// progress, some have been refused since, and all others are settled.
    /// </summary>
    private sealed class Sequence(Epoch epoch)
    {
        public Epoch Epoch { get; } = epoch;

        public long Last { get; set; }

        public HashSet<long> InProgress { get; } = [];

        public SortedSet<long> Refused { get; } = [];

        public bool HasRefusedBefore(long number) => Refused.Count > 0 && Refused.Min < number;

        /// <returns>True if it had been taken and refused before.</returns>
        public bool Took(long number)
        {
            Last = Math.Max(Last, number);
            return Refused.Remove(number);
        }

        /// <summary>What the sender does not keep any more between these two does not come again.</summary>
        public void GivenUp(long after, long before)
        {
            if (Refused.Count > 0)
            {
                Refused.RemoveWhere(number => number > after && number < before);
            }
        }
    }

    private sealed class Receipt(IncomingLane lane, Incarnation from, long number, Sequence sequence) : IReceipt
    {
        public void Settled() => lane.Settled(from, number, sequence);

        public void Refused() => lane.Refused(from, number, sequence);
    }
}
