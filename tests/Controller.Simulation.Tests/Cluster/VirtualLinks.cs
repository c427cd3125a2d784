using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>The wires between the nodes: who hears whom, how long a frame takes, and what TCP tells of a peer that is gone, stands still, or is behind a broken wire.</summary>
internal sealed class VirtualLinks(Schedule schedule, Random random)
{
    /// <summary>TCP_USER_TIMEOUT: unacknowledged for so long, a connection is given up.</summary>
    private const int UserTimeout = 1000;
    private const int Redial = 200;

    private readonly Dictionary<int, VirtualNode> _nodes = [];
    private readonly HashSet<(int, int)> _cut = [];
    private readonly Dictionary<(int, int), long> _due = [];
    private readonly Dictionary<(int, int), long> _slowUntil = [];
    private readonly HashSet<(Incarnation, Incarnation)> _connected = [];

    public void Join(VirtualNode node) => _nodes[node.Id] = node;

    /// <summary>What <paramref name="from"/> sends does not arrive at <paramref name="to"/>.</summary>
    public void Cut(int from, int to)
    {
        _cut.Add((from, to));
        schedule.After(UserTimeout + random.Next(200), () =>
        {
            if (_cut.Contains((from, to)) || _cut.Contains((to, from)))
            {
                Part(from, to);
            }
        });
    }

    /// <summary>What <paramref name="from"/> sends arrives late at <paramref name="to"/>, as over a wire that loses much of what TCP repeats.</summary>
    public void Slow(int from, int to, long lasts) => _slowUntil[(from, to)] = schedule.Now + lasts;

    public void Mend(int from, int to) => _cut.Remove((from, to));

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
        if (_connected.Remove(Pair(node.Self, gone)) && _nodes[gone.Node.Value] is var other && other.Self == gone && !_cut.Contains((node.Id, other.Id)))
        {
            Incarnation closing = node.Self;
            other.Later(random.Next(1, 3), () => other.Post(new MemberInput.LinkDown(closing)));
        }
    }

    /// <returns>False if there is no connection. Frames of one connection arrive in order, or not at all once it is broken.</returns>
    public bool Send(VirtualNode from, int to, Frame frame)
    {
        if (!_nodes.TryGetValue(to, out VirtualNode? peer) || !_connected.Contains(Pair(from.Self, peer.Self)))
        {
            return false;
        }

        if (!_cut.Contains((from.Id, to)))
        {
            Incarnation sender = from.Self;
            long due = Math.Max(schedule.Now + (schedule.Now < _slowUntil.GetValueOrDefault((from.Id, to)) ? random.Next(50, 800) : random.Next(0, 3)), _due.GetValueOrDefault((from.Id, to)));
            _due[(from.Id, to)] = due;
            peer.Later(due - schedule.Now, () => peer.Hear(sender, frame));
        }

        return true;
    }

    public void Probe(VirtualNode from, PeerAddress peer, long within)
    {
        VirtualNode to = _nodes[peer.Node.Node.Value];
        bool cut = _cut.Contains((from.Id, to.Id)) || _cut.Contains((to.Id, from.Id));
        ProbeOutcome outcome = cut ? ProbeOutcome.Silent : to.IsAlive && to.Self == peer.Node ? ProbeOutcome.Accepted : ProbeOutcome.Refused;
        from.Later(cut ? within : random.Next(1, 3), () => from.Post(new MemberInput.Probed(peer.Node, outcome)));
    }

    /// <summary>A process has ended: its kernel says so to all that it can reach.</summary>
    public void Died(VirtualNode node)
    {
        foreach (VirtualNode other in _nodes.Values)
        {
            if (other != node && _connected.Remove(Pair(node.Self, other.Self)) && !_cut.Contains((node.Id, other.Id)))
            {
                Incarnation gone = node.Self;
                other.Later(random.Next(1, 3), () => other.Post(new MemberInput.LinkDown(gone)));
            }
        }
    }

    private static (Incarnation, Incarnation) Pair(Incarnation a, Incarnation b) => a.Node.Value < b.Node.Value ? (a, b) : (b, a);

    private void Dial(VirtualNode from, Incarnation self, Incarnation to)
    {
        if (!from.IsAlive || from.Self != self || !from.Knows(to))
        {
            return;
        }

        VirtualNode peer = _nodes[to.Node.Value];
        bool open = !_cut.Contains((from.Id, peer.Id)) && !_cut.Contains((peer.Id, from.Id));
        if (open && peer.IsAlive && peer.Self == to && !_connected.Contains(Pair(self, to)) && peer.Knows(self))
        {
            _connected.Add(Pair(self, to));
            from.Later(1, () => from.ConnectedTo(to));
            peer.Later(1, () => peer.ConnectedTo(self));
        }

        schedule.After(Redial, () => Dial(from, self, to));
    }

    private void Part(int a, int b)
    {
        (VirtualNode one, VirtualNode other) = (_nodes[a], _nodes[b]);
        if (_connected.Remove(Pair(one.Self, other.Self)))
        {
            (Incarnation first, Incarnation second) = (one.Self, other.Self);
            one.Later(0, () => one.Post(new MemberInput.LinkDown(second)));
            other.Later(0, () => other.Post(new MemberInput.LinkDown(first)));
        }
    }
}
