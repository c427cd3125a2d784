using System.Collections.Immutable;
using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Cluster.Shards;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>
/// One machine: the real membership, and in the place of the engine a counter for each shard that is written again and again, sent when it is committed, and
/// read back by the next owner. It may die, stand still, come back as another run.
/// </summary>
internal sealed class VirtualNode : ILinks, IArbiter, IShardHost
{
    private const int WriteEvery = 400;
    private const int SendGuard = 1000;

    private readonly ClusterWorld _world;
    private readonly Random _random;
    private readonly Queue<Action> _backlog = new();
    private readonly Queue<MemberCommand.Ask> _asked = new();
    private Dictionary<ShardId, Counter> _open = [];
    private MemberInbox _inbox = new();
    private ClusterNode? _cluster;
    private NodeTrust _trust;
    private HashSet<Incarnation> _known = [];
    private bool _asking;
    private long _knownVersion;

    public VirtualNode(ClusterWorld world, int id, Random random)
    {
        (_world, Id, _random) = (world, id, random);
        _trust = new NodeTrust(world.Clock);
    }

    public int Id { get; }
    public Incarnation Self { get; private set; }
    public bool IsAlive { get; private set; }
    public bool IsPaused { get; private set; }
    public bool CutFromArbiter { get; set; }
    public Member? Member { get; private set; }
    public HashSet<string> Addresses { get; } = [];
    public bool Leaving { get; private set; }

    public bool IsServing => IsAlive && !IsPaused && _world.Holds(_trust) && Member!.Phase is MemberPhase.Up or MemberPhase.Leaving;

    /// <summary>Between two signs of life, in milliseconds.</summary>
    private int Pulse => 200 * _world.Pace;

    public int OpenShards => _open.Count;

    public void Start()
    {
        Self = _world.Store.Join(Id, $"node{Id}");
        (IsAlive, IsPaused, Leaving, _asking, _knownVersion) = (true, false, false, false, -1);
        _backlog.Clear();
        _asked.Clear();
        _known = [];
        _open = [];
        Addresses.Clear();
        _inbox = new MemberInbox();
        _trust = new NodeTrust(_world.Clock);
        var table = new ShardTable(ClusterWorld.Shards);
        Member = new Member(new MemberOptions(Self, NodeRoles.Edge | NodeRoles.Actors, ClusterWorld.Shards, ClusterWorld.Addresses) 
        {
            Heartbeat = TimeSpan.FromMilliseconds(Pulse),
            Trust = TimeSpan.FromMilliseconds(700 * _world.Pace),
            SuspectAfter = TimeSpan.FromSeconds(_world.Pace),
            RebalanceAfter = TimeSpan.FromSeconds(5),
        }, table);
        _cluster = new ClusterNode(Member, _inbox, _trust, new NodeLimbs(
            this, this, this, address => Addresses.Add(address), address => Addresses.Remove(address), () => { }, _ => { }, _ => { }, news => _world.Tell(this, news), Die, () => Die("left")));
        Incarnation run = Self;
        Every(run, Pulse / 4, () => _cluster!.Tick());
        Every(run, Pulse, SendPulse);
        Every(run, WriteEvery, Write);
        Beat(run);
    }

    public void Kill()
    {
        if (IsAlive)
        {
            IsAlive = false;
            _open = [];
            Addresses.Clear();
            _world.Links.Died(this);
        }
    }

    public void Drain()
    {
        Leaving = true;
        Post(MemberInput.Drain.Instance);
    }

    public void Pause(long milliseconds)
    {
        if (!IsAlive || IsPaused)
        {
            return;
        }

        IsPaused = true;
        Incarnation run = Self;
        _world.Schedule.After(milliseconds, () =>
        {
            if (Self == run && IsAlive)
            {
                IsPaused = false;
                while (!IsPaused && IsAlive && _backlog.TryDequeue(out Action? missed))
                {
                    missed();
                }
            }
        });
    }

    /// <summary>On this run of this node; when it stands still, as soon as it goes on.</summary>
    public void Later(long milliseconds, Action action)
    {
        Incarnation run = Self;
        _world.Schedule.After(milliseconds, () => Do(run, action));
    }

    public void Post(MemberInput input)
    {
        _inbox.Post(input);
        _cluster!.Pump();
    }

    public void Hear(Incarnation from, Frame frame) => Post(new MemberInput.Heard(from, frame));

    public bool Knows(Incarnation peer) => _known.Contains(peer);

    public bool Owns(ShardId shard) => _open.TryGetValue(shard, out Counter? counter) && !counter.Releasing;

    public Fence? FenceOf(ShardId shard) => _open.TryGetValue(shard, out Counter? counter) ? new Fence(shard, counter.Epoch) : null;

    public void Own(IReadOnlyList<Fence> fences, Action<int, Exception?> opened) => Later(_random.Next(5, 60), () =>
    {
        if (_random.Next(50) == 0)
        {
            opened(0, new InvalidOperationException("not this time"));
            return;
        }

        foreach (Fence fence in fences)
        {
            // What was lost meanwhile must not be opened.
            if (_world.Believes(this, fence))
            {
                _open[fence.Shard] = new Counter(fence.Epoch, _world.LastOf(fence.Shard));
            }
        }

        opened(fences.Count, null);
    });

    public void Release(IReadOnlyList<ShardId> shards, Action released)
    {
        foreach (ShardId shard in shards)
        {
            if (_open.TryGetValue(shard, out Counter? counter))
            {
                counter.Releasing = true;
            }
        }

        ReleaseWhenWritten(shards, released);
    }

    public void Lose(IReadOnlyList<ShardId> shards)
    {
        foreach (ShardId shard in shards)
        {
            _open.Remove(shard);
        }
    }

    public void Know(IReadOnlyCollection<PeerAddress> peers)
    {
        HashSet<Incarnation> now = [.. peers.Select(peer => peer.Node)];
        List<PeerAddress> fresh = [.. peers.Where(peer => !_known.Contains(peer.Node))];
        _known = now;
        foreach (PeerAddress peer in fresh)
        {
            _world.Links.Know(this, peer);
        }
    }

    public bool Send(NodeId to, Frame frame)
    {
        _world.Links.Send(this, to.Value, frame);
        return true;
    }

    public void Probe(PeerAddress peer, TimeSpan within) => _world.Links.Probe(this, peer, (long)within.TotalMilliseconds);

    public void Ask(MemberCommand.Ask request)
    {
        _asked.Enqueue(request);
        AskNext();
    }

    private void ReleaseWhenWritten(IReadOnlyList<ShardId> shards, Action released)
    {
        if (shards.Any(shard => _open.TryGetValue(shard, out Counter? counter) && counter.Writing))
        {
            Later(2, () => ReleaseWhenWritten(shards, released));
            return;
        }

        Lose(shards);
        released();
    }

    private void AskNext()
    {
        if (_asking || !_asked.TryDequeue(out MemberCommand.Ask? request))
        {
            return;
        }

        _asking = true;
        _world.Transact(this, 2_000, _world.Lost, done => _world.Store.Do(Self, request, done), failed: () => Answers.Failure(request), answer: input =>
        {
            _asking = false;
            if (input is not null)
            {
                Post(input);
            }

            AskNext();
        });
    }

    private void Beat(Incarnation run)
    {
        TimeSpan asked = _trust.Now;
        _world.Transact(this, 2 * Pulse, _world.Lost / 20, done => done(new MemberInput.Beaten(asked, _world.Store.Beat(run, _knownVersion))), failed: () => null, answer: input =>
        {
            if (input is MemberInput.Beaten beaten)
            {
                _knownVersion = beaten.View.MapVersion;
                Post(input);
            }
            else
            {
                _knownVersion = -1;
            }

            long rest = (long)(asked + TimeSpan.FromMilliseconds(Pulse) - _trust.Now).TotalMilliseconds;
            Later(Math.Max(1, rest), () => Beat(run));
        });
    }

    private void SendPulse()
    {
        foreach (Incarnation peer in _known)
        {
            _world.Links.Send(this, peer.Node.Value, new Frame.Pulse(0, default, true));
        }
    }

    private void Write()
    {
        if (_open.Count == 0 || !_world.Holds(_trust))
        {
            return;
        }

        (ShardId shard, Counter counter) = _open.ElementAt(_random.Next(_open.Count));
        if (counter.Writing || counter.Releasing)
        {
            return;
        }

        counter.Writing = true;
        long value = counter.Value + 1;
        long decided = _world.Clock.Now;
        var row = new VirtualStore.Row(shard, counter.Epoch, Self, value);
        if (_world.Flaw == NodeFlaw.SendsBeforeCommit)
        {
            _world.Sent(this, row);
        }

        _world.Commit(this, new VirtualStore.Write(Self, [row]), stands =>
        {
            counter.Writing = false;
            if (!stands)
            {
                _open.Remove(shard);
                return;
            }

            counter.Value = value;
            bool still = _open.TryGetValue(shard, out Counter? now) && now == counter;
            if (still && _world.Holds(_trust) && (_world.Flaw == NodeFlaw.NoTrustWindow || _world.Clock.Now - decided <= SendGuard) && _world.Flaw != NodeFlaw.SendsBeforeCommit)
            {
                _world.Sent(this, row);
            }
        });
    }

    private void Die(string reason)
    {
        Incarnation run = Self;
        _world.Note($"node {Self} ends: {reason}");
        Kill();
        _world.Schedule.After(_random.Next(300, 3000), () =>
        {
            if (!IsAlive && Self == run)
            {
                Start();
            }
        });
    }

    private void Every(Incarnation run, long period, Action action) => _world.Schedule.After(period, () =>
    {
        if (!IsAlive || Self != run)
        {
            return;
        }

        Do(run, action);
        Every(run, period, action);
    });

    private void Do(Incarnation run, Action action)
    {
        if (!IsAlive || Self != run)
        {
            return;
        }

        if (IsPaused)
        {
            // A thread that stands still in the middle of its loop runs it once more, not as often as it missed.
            if (_backlog.Count < 10_000)
            {
                _backlog.Enqueue(() => Do(run, action));
            }

            return;
        }

        action();
        _cluster!.Pump();
    }

    private sealed class Counter(Epoch epoch, long value)
    {
        public Epoch Epoch { get; } = epoch;
        public long Value { get; set; } = value;
        public bool Writing { get; set; }
        public bool Releasing { get; set; }
    }
}

/// <summary>What a node must not be like; the checkers find each.</summary>
internal enum NodeFlaw
{
    None,
    SendsBeforeCommit,

    /// <summary>It believes for ever that it owns what it owned.</summary>
    NoTrustWindow,
}
