using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Controller.Cluster.Membership;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>
/// The arbiter's tables and its transactions, each at one moment of virtual time, with the locks of failover.md section 4.2: a write holds its node's lock, shared,
/// from before its check until its commit; what takes a node's shards away holds it alone. Flaws take one of these properties away.
/// </summary>
internal sealed class VirtualStore(int nodes, int shards, ArbiterFlaw flaw)
{
    private readonly Node?[] _nodes = new Node?[nodes + 1];
    private readonly OwnedShard[] _shards = [.. Enumerable.Range(0, shards).Select(shard => new OwnedShard(new ShardId(shard), null, new Epoch(0)))];
    private readonly Dictionary<string, OwnedAddress> _addresses = [];
    private readonly Dictionary<int, List<(Write Write, Action<bool> Done)>> _writing = [];
    private readonly Dictionary<int, Queue<Action>> _exclusive = [];
    private readonly HashSet<Incarnation> _expired = [];
    private int _joined;
    private long _incarnations;
    private long _version = 1;

    public IReadOnlyList<OwnedShard> Shards => _shards;

    /// <summary>A write is between its check and its commit.</summary>
    public bool IsWriting => _writing.Values.Any(writing => writing.Count > 0);

    public IReadOnlyCollection<OwnedAddress> Addresses => _addresses.Values;

    /// <summary>Runs of nodes that were begun.</summary>
    public long Incarnations => _incarnations;

    public bool IsFenced(Incarnation node) => Of(node) is var row && (row.Incarnation != node || row.Fenced);

    public Incarnation Join(int node, string link)
    {
        var incarnation = new Incarnation(new NodeId(node), ++_incarnations);
        _joined += _nodes[node] is null ? 1 : 0;
        _nodes[node] = new Node(incarnation, link);
        _version++;

        // The sessions of the run before are ended under its lock: what they have not committed by now is not, and never will be.
        if (_writing.TryGetValue(node, out List<(Write, Action<bool>)>? writing))
        {
            writing.Clear();
            Release(node);
        }

        return incarnation;
    }

    public ClusterView Beat(Incarnation self, long known)
    {
        if (Of(self) is var own && own.Incarnation == self)
        {
            own.Lives();
        }

        bool changed = known != _version;
        return new ClusterView(
            _version, 1,
            Rows(),
            Votes(),
            changed ? [.. _shards] : default,
            changed ? [.. _addresses.Values] : default);
    }

    private ImmutableArray<NodeRow> Rows()
    {
        var rows = new NodeRow[_joined];
        int count = 0;
        foreach (Node? node in _nodes)
        {
            if (node is not null)
            {
                rows[count++] = node.Row;
            }
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(rows);
    }

    private ImmutableArray<Vote> Votes()
    {
        ImmutableArray<Vote> votes = [];
        foreach (Node? node in _nodes)
        {
            if (node is not null)
            {
                foreach (Incarnation target in node.Votes)
                {
                    votes = votes.Add(new Vote(target, node.Incarnation));
                }
            }
        }

        return votes;
    }

    /// <summary>Does it as soon as the locks let it; <paramref name="done"/> gets the answer at the moment of the commit.</summary>
    public void Do(Incarnation self, MemberCommand.Ask request, Action<MemberInput?> done)
    {
        switch (request)
        {
            case MemberCommand.Enter enter when !IsFenced(self):
                Of(self).Enter(enter.Phase);
                _version++;
                done(new MemberInput.Entered(enter.Phase, Failed: false));
                break;
            case MemberCommand.Accuse accuse:
                if (Of(self).Incarnation == self)
                {
                    Of(self).Votes = accuse.Targets;
                }

                done(new MemberInput.Accused(Failed: false));
                break;
            case MemberCommand.Fence fence:
                Alone(fence.Suspect.Node.Value, () =>
                {
                    if (IsFenced(self))
                    {
                        done(new MemberInput.Replaced("fenced"));
                        return;
                    }

                    if (flaw != ArbiterFlaw.NoComparison && fence.Living.Any(IsFenced))
                    {
                        done(new MemberInput.Fenced(fence.Suspect, Failed: true));
                        return;
                    }

                    if (flaw == ArbiterFlaw.ClockExpiry)
                    {
                        _expired.Add(fence.Suspect);
                    }
                    else if (Of(fence.Suspect) is var row && row.Incarnation == fence.Suspect && !row.Fenced)
                    {
                        row.Fence();
                        _version++;
                    }

                    done(new MemberInput.Fenced(fence.Suspect, Failed: false));
                });
                break;
            case MemberCommand.Claim claim:
                Alone(self.Node.Value, () => done(IsFenced(self)
                    ? new MemberInput.Replaced("fenced")
                    : new MemberInput.Claimed(claim.Shards, claim.Addresses, Claim(self, claim))));
                break;
            case MemberCommand.HandOff give:
                Alone(self.Node.Value, () => done(new MemberInput.HandedOff(give.To, give.Shards, HandOff(self, give))));
                break;
            default:
                done(new MemberInput.Replaced("fenced"));
                break;
        }
    }

    /// <summary>The two moments of a write: its check, and <paramref name="later"/> its commit. What it answers is whether it stands.</summary>
    public void Begin(Write write, Action<Action> later, Action<bool> done)
    {
        bool seen = flaw == ArbiterFlaw.SingleStatement && Passes(write);
        void Check()
        {
            List<(Write, Action<bool>)> writing = _writing.TryGetValue(write.By.Node.Value, out var known) ? known : _writing[write.By.Node.Value] = [];
            bool passes = flaw == ArbiterFlaw.SingleStatement ? seen : Passes(write);
            writing.Add((write, done));
            later(() =>
            {
                if (!writing.Remove((write, done)))
                {
                    return;
                }

                if (passes)
                {
                    write.Commit();
                }

                done(passes);
                Release(write.By.Node.Value);
            });
        }

        if (flaw is ArbiterFlaw.NoLock or ArbiterFlaw.KeyShare || !_exclusive.TryGetValue(write.By.Node.Value, out Queue<Action>? waiting) || waiting.Count == 0)
        {
            Check();
        }
        else
        {
            waiting.Enqueue(Check);
        }
    }

    private bool Passes(Write write) =>
        flaw == ArbiterFlaw.NoFence || (!IsFenced(write.By) && HoldsAll(write));

    private bool HoldsAll(Write write)
    {
        foreach (Fence fence in write.Fences)
        {
            if (!Holds(write.By, fence))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The shard is this run's at that epoch.</summary>
    public bool Holds(Incarnation node, Fence fence) => _shards[fence.Shard.Value] is var shard && shard.Owner == node && shard.Epoch == fence.Epoch;

    private void Alone(int node, Action transaction)
    {
        bool free = flaw is ArbiterFlaw.NoLock or ArbiterFlaw.KeyShare || !_writing.TryGetValue(node, out var writing) || writing.Count == 0;
        if (free)
        {
            transaction();
            return;
        }

        Queue<Action> waiting = _exclusive.TryGetValue(node, out Queue<Action>? known) ? known : _exclusive[node] = new Queue<Action>();
        waiting.Enqueue(transaction);
    }

    private void Release(int node)
    {
        while (_exclusive.TryGetValue(node, out Queue<Action>? waiting) && waiting.Count > 0 && _writing[node].Count == 0)
        {
            waiting.Dequeue()();
        }
    }

    private bool IsFree(Incarnation? owner) => owner is not { } node || IsFenced(node) || _expired.Contains(node);

    private Holdings Claim(Incarnation self, MemberCommand.Claim claim)
    {
        ImmutableArray<Fence> taken = [.. claim.Shards.Where(shard => IsFree(_shards[shard.Value].Owner)).Select(shard => Give(shard, self))];
        ImmutableArray<OwnedAddress> addresses =
            [.. claim.Addresses.Where(address => IsFree(_addresses.TryGetValue(address, out OwnedAddress owned) ? owned.Owner : null)).Select(address => Give(address, self))];
        return new Holdings(taken, addresses);
    }

    private Holdings HandOff(Incarnation self, MemberCommand.HandOff give) => IsFenced(self) || IsFenced(give.To)
        ? Holdings.None
        : new Holdings(
            [.. give.Shards.Where(fence => _shards[fence.Shard.Value] is var shard && shard.Owner == self && shard.Epoch == fence.Epoch).Select(fence => Give(fence.Shard, give.To))],
            [.. give.Addresses.Where(owned => _addresses[owned.Address] is var address && address.Owner == self && address.Epoch == owned.Epoch).Select(owned => Give(owned.Address, give.To))]);

    private Fence Give(ShardId shard, Incarnation to)
    {
        _version++;
        Epoch epoch = _shards[shard.Value].Epoch.Next;
        _shards[shard.Value] = new OwnedShard(shard, to, epoch);
        return new Fence(shard, epoch);
    }

    private OwnedAddress Give(string address, Incarnation to)
    {
        _version++;
        Epoch epoch = _addresses.TryGetValue(address, out OwnedAddress owned) ? owned.Epoch.Next : new Epoch(1);
        return _addresses[address] = new OwnedAddress(address, to, epoch);
    }

    /// <param name="Commit">Makes its rows facts.</param>
    internal sealed record Write(Incarnation By, ImmutableArray<Fence> Fences, Action Commit);

    private Node Of(Incarnation node) => _nodes[node.Node.Value]!;

    private sealed class Node(Incarnation incarnation, string link)
    {
        /// <summary>All who ask between two of its beats are told the same.</summary>
        public NodeRow Row { get; private set; } =
            new(incarnation, link, MemberPhase.Joining, Fenced: false, NodeRoles.Edge | NodeRoles.Actors, Level: 1, link, Beat: 0, default, Quarantined: false);

        public Incarnation Incarnation => incarnation;

        public bool Fenced => Row.Fenced;

        public ImmutableArray<Incarnation> Votes { get; set; } = [];

        public void Lives() => Row = Row with { Beat = Row.Beat + 1 };

        public void Enter(MemberPhase phase) => Row = Row with { Phase = phase, Fenced = Fenced || phase == MemberPhase.Down };

        public void Fence() => Row = Row with { Fenced = true };
    }
}

/// <summary>What an arbiter must not be like; the checkers find each.</summary>
internal enum ArbiterFlaw
{
    None,

    /// <summary>A write checks without a lock: ownership may change between its check and its commit.</summary>
    NoLock,

    /// <summary>A lock that does not exclude the one who takes the shards away: as if there were none.</summary>
    KeyShare,

    /// <summary>Lock and check are one statement: it sees what was committed before it began to wait.</summary>
    SingleStatement,

    /// <summary>Nobody is fenced: what an owner had is free as soon as the others think that its time is over.</summary>
    ClockExpiry,

    /// <summary>Who is fenced writes on, and under an epoch that is over.</summary>
    NoFence,

    /// <summary>Whoever is condemned for a broken link goes, whatever the judge did not know.</summary>
    NoComparison,
}
