using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>The wires between the nodes: who hears whom, how long a frame takes, and what TCP tells of a peer that is gone, stands still, or is behind a broken wire.</summary>
internal sealed class VirtualLinks(Schedule schedule, Random random, int nodes)
{
    /// <summary>TCP_USER_TIMEOUT: unacknowledged for so long, a connection is given up.</summary>
    private const int UserTimeout = 1000;
    private const int Redial = 200;

    private readonly VirtualNode[] _nodes = new VirtualNode[nodes + 1];

    /// <summary>From one number to another; what both share is at the one from the lower to the higher.</summary>
    private readonly Wire[] _wires = [.. Enumerable.Range(0, (nodes + 1) * (nodes + 1)).Select(_ => new Wire())];

    public void Join(VirtualNode node) => _nodes[node.Id] = node;

    /// <summary>What <paramref name="from"/> sends does not arrive at <paramref name="to"/>.</summary>
    public void Cut(int from, int to)
    {
        Between(from, to).IsCut = true;
        schedule.After(UserTimeout + random.Next(200), () =>
        {
            if (IsBroken(from, to))
            {
                Part(from, to);
            }
        });
    }

    /// <summary>What <paramref name="from"/> sends arrives late at <paramref name="to"/>, as over a wire that loses much of what TCP repeats.</summary>
    public void Slow(int from, int to, long lasts) => Between(from, to).SlowUntil = schedule.Now + lasts;

    public void Mend(int from, int to) => Between(from, to).IsCut = false;

    public void Know(VirtualNode node, PeerAddress peer)
    {
        // The lower number dials.
        if (node.Id < peer.Node.Node.Value)
        {
            Dial(node, node.Self, peer.Node);
        }
    }

    /// <summary>Who is not a member any more is not listened to: the connection is closed, with what is in it.</summary>
    public void Forget(VirtualNode node, Incarnation gone)
    {
        if (Disconnect(node.Self, gone) && _nodes[gone.Node.Value] is var other && other.Self == gone && !Between(node.Id, other.Id).IsCut)
        {
            Incarnation closing = node.Self;
            other.Later(random.Next(1, 3), () => other.Post(new MemberInput.LinkDown(closing)));
        }
    }

    /// <returns>False if there is no connection. Frames of one connection arrive in order, or not at all once it is broken.</returns>
    public bool Send(VirtualNode from, int to, Frame frame)
    {
        VirtualNode peer = _nodes[to];
        if (!AreConnected(from.Self, peer.Self))
        {
            return false;
        }

        Wire wire = Between(from.Id, to);
        if (!wire.IsCut)
        {
            wire.Due = Math.Max(schedule.Now + (schedule.Now < wire.SlowUntil ? random.Next(50, 800) : random.Next(0, 3)), wire.Due);
            peer.Later(wire.Due - schedule.Now, wire.Arrival(from.Self, frame, peer));
        }

        return true;
    }

    public void Probe(VirtualNode from, PeerAddress peer, long within)
    {
        VirtualNode to = _nodes[peer.Node.Node.Value];
        bool cut = IsBroken(from.Id, to.Id);
        ProbeOutcome outcome = cut ? ProbeOutcome.Silent : to.IsAlive && to.Self == peer.Node ? ProbeOutcome.Accepted : ProbeOutcome.Refused;
        from.Later(cut ? within : random.Next(1, 3), () => from.Post(new MemberInput.Probed(peer.Node, outcome)));
    }

    /// <summary>A process has ended: its kernel says so to all that it can reach.</summary>
    public void Died(VirtualNode node)
    {
        foreach (VirtualNode other in _nodes.AsSpan(1))
        {
            if (other != node && Disconnect(node.Self, other.Self) && !Between(node.Id, other.Id).IsCut)
            {
                Incarnation gone = node.Self;
                other.Later(random.Next(1, 3), () => other.Post(new MemberInput.LinkDown(gone)));
            }
        }
    }

    private static (Incarnation, Incarnation) Pair(Incarnation a, Incarnation b) => a.Node.Value < b.Node.Value ? (a, b) : (b, a);

    private Wire Between(int from, int to) => _wires[(from * (nodes + 1)) + to];

    private Wire Shared(Incarnation a, Incarnation b) => Between(Math.Min(a.Node.Value, b.Node.Value), Math.Max(a.Node.Value, b.Node.Value));

    private bool IsBroken(int one, int other) => Between(one, other).IsCut || Between(other, one).IsCut;

    private bool AreConnected(Incarnation a, Incarnation b) => Shared(a, b).Connected == Pair(a, b);

    private bool Disconnect(Incarnation a, Incarnation b)
    {
        Wire shared = Shared(a, b);
        if (shared.Connected != Pair(a, b))
        {
            return false;
        }

        shared.Connected = null;

        // Those who dial have had nothing to do meanwhile: they go on at the times that would have been theirs.
        foreach ((long last, Action dial) in shared.Resting)
        {
            schedule.After(Redial - ((schedule.Now - last) % Redial), dial);
        }

        shared.Resting.Clear();
        return true;
    }

    private void Dial(VirtualNode from, Incarnation self, Incarnation to)
    {
        if (!from.IsAlive || from.Self != self || !from.Knows(to))
        {
            return;
        }

        VirtualNode peer = _nodes[to.Node.Value];
        if (!IsBroken(from.Id, peer.Id) && peer.IsAlive && peer.Self == to && !AreConnected(self, to) && peer.Knows(self))
        {
            Shared(self, to).Connected = Pair(self, to);
            from.Later(1, () => from.ConnectedTo(to));
            peer.Later(1, () => peer.ConnectedTo(self));
        }

        if (AreConnected(self, to))
        {
            Shared(self, to).Resting.Add((schedule.Now, () => Dial(from, self, to)));
        }
        else
        {
            schedule.After(Redial, () => Dial(from, self, to));
        }
    }

    private void Part(int a, int b)
    {
        (VirtualNode one, VirtualNode other) = (_nodes[a], _nodes[b]);
        (Incarnation first, Incarnation second) = (one.Self, other.Self);
        if (Disconnect(first, second))
        {
            one.Later(0, () => one.Post(new MemberInput.LinkDown(second)));
            other.Later(0, () => other.Post(new MemberInput.LinkDown(first)));
        }
    }

    private sealed class Wire
    {
        private Action? _repeated;
        private MemberInput.Heard? _heard;

        public bool IsCut { get; set; }

        /// <summary>When the last frame arrives: the next is not before it.</summary>
        public long Due { get; set; }

        public long SlowUntil { get; set; }

        public (Incarnation Lower, Incarnation Higher)? Connected { get; set; }

        /// <summary>What dials when there is no connection, and when it did for the last time.</summary>
        public List<(long Last, Action Dial)> Resting { get; } = [];

        /// <summary>Most that comes is what came before, a sign of life: it is made once.</summary>
        public Action Arrival(Incarnation sender, Frame frame, VirtualNode at)
        {
            if (_repeated is null || !ReferenceEquals(_heard!.Frame, frame) || _heard.Peer != sender)
            {
                var heard = new MemberInput.Heard(sender, frame);
                (_heard, _repeated) = (heard, () => at.Hear(heard));
            }

            return _repeated;
        }
    }
}
