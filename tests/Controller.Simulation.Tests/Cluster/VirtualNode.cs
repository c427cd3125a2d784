using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Cluster.Shards;
using Controller.Sharding.Clocks;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>One machine: the real membership, and an engine. It may die, stand still, come back as another run.</summary>
internal sealed class VirtualNode(Machines machines, int id, Random random) : ILinks, IArbiter, ILife, IDisposable
{
    private const int MostMissed = 100_000;
    private static readonly TimeSpan Never = TimeSpan.FromDays(1000);

    private readonly Queue<Action> _missed = new();
    private readonly Frame _pulse = new Frame.Pulse(0, default, true);
    private readonly Queue<MemberCommand.Ask> _asked = new();
    private MemberInbox _inbox = new();
    private ClusterNode? _cluster;
    private Incarnation[] _known = [];
    private bool _asking;
    private long _knownVersion;
    private long _startedAt;

    public int Id => id;
    public NodeClock Clock { get; } = new(machines.Clock);

    /// <summary>What the cluster agrees on, as this run of the machine has it.</summary>
    public ClusterClock Time { get; private set; } = new(machines.Clock, machines.Clock.GetUtcNow());

    public Random Random => random;
    public Incarnation Self { get; private set; }
    public long Run => Self.Number;
    public bool IsAlive { get; private set; }
    public bool IsPaused { get; private set; }
    public long PausedAt { get; private set; }
    public bool CutFromArbiter { get; set; }
    public bool Leaving { get; private set; }
    public NodeTrust Trust { get; private set; } = new(machines.Clock);
    public ShardTable Table { get; private set; } = new(machines.Shards);
    public Member? Member { get; private set; }
    public IVirtualEngine? Engine { get; private set; }

    /// <summary>Those it believes to hold, and since when.</summary>
    public Dictionary<string, long> Addresses { get; } = [];

    public bool IsServing => IsAlive && !IsPaused && machines.Holds(Trust) && Member!.Phase is MemberPhase.Up or MemberPhase.Leaving;

    /// <summary>When its membership looks at the time again: on the grid of its ticks, behind all else of that millisecond.</summary>
    public long TickAt { get; private set; } = long.MaxValue;

    /// <summary>Between two signs of life, in milliseconds.</summary>
    private int Pulse => 200 * machines.Pace;

    private int TickEvery => Pulse / 4;

    public void Start()
    {
        Self = machines.Store.Join(id, $"node{id}");
        (IsAlive, IsPaused, Leaving, _asking, _knownVersion) = (true, false, false, false, -1);
        _missed.Clear();
        _asked.Clear();
        _known = [];
        Addresses.Clear();
        Time = new ClusterClock(Clock, machines.Clock.GetUtcNow().AddMilliseconds(machines.Apart == 0 ? 0 : random.Next(-machines.Apart, machines.Apart)));
        _inbox = new MemberInbox();
        Trust = new NodeTrust(machines.Clock);
        Table = new ShardTable(machines.Shards);
        Member = new Member(
            new MemberOptions(Self, NodeRoles.Edge | NodeRoles.Actors, machines.Shards, machines.Addresses)
            {
                Heartbeat = TimeSpan.FromMilliseconds(Pulse),
                Trust = TimeSpan.FromMilliseconds(700 * machines.Pace),
                SuspectAfter = TimeSpan.FromSeconds(machines.Pace),
                RebalanceAfter = TimeSpan.FromSeconds(5),
            },
            Table);
        IVirtualEngine engine = machines.MakeEngine(this);
        Engine = engine;
        _cluster = new ClusterNode(Member, _inbox, Trust, new NodeLimbs(
            this, this, engine, address => Addresses[address] = machines.Clock.Now, address => Addresses.Remove(address), _ => { }, engine.TrustChanged, engine.Opened, engine.Closed,
            news => machines.Tell(this, news), Die, () => Die("left")));
        _startedAt = machines.Clock.Now;
        TickAt = _startedAt + TickEvery;
        Every(Pulse, SendPulse);
        Beat();
    }

    public void Kill()
    {
        if (IsAlive)
        {
            IsAlive = false;
            TickAt = long.MaxValue;
            Engine!.Dispose();
            Addresses.Clear();
            machines.Links.Died(this);
        }
    }

    public void Dispose()
    {
        Kill();
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

        // Whether it has stood still long enough to doubt itself is counted from here.
        _cluster!.Tick();
        if (!IsAlive)
        {
            return;
        }

        IsPaused = true;
        PausedAt = machines.Clock.Now;
        ArmTick();
        Incarnation run = Self;
        machines.Schedule.After(milliseconds, () =>
        {
            if (Self == run && IsAlive)
            {
                IsPaused = false;
                while (!IsPaused && IsAlive && _missed.TryDequeue(out Action? missed))
                {
                    missed();
                }
            }
        });
    }

    /// <summary>On this run of this node; when it stands still, as soon as it goes on.</summary>
    public void Later(long milliseconds, Action action) => machines.Schedule.After(milliseconds, this, action);

    public void Every(long period, Action action)
    {
        long run = Run;
        Action again = null!;
        again = () =>
        {
            if (IsAlive && Run == run)
            {
                Do(run, action);
                machines.Schedule.After(period, again);
            }
        };
        machines.Schedule.After(period, again);
    }

    public void Post(MemberInput input)
    {
        _cluster!.Take(input);
        ArmTick();
    }

    /// <summary>Its time has come; what it misses while it stands still, it does when it goes on, as everything else.</summary>
    public void Tick()
    {
        long run = Run;
        if (IsPaused || IsTickNeeded)
        {
            Do(run, _cluster!.Tick);
        }

        if (IsAlive && Run == run)
        {
            TickAt = long.MaxValue;
            ArmTick();
        }
    }

    public void Hear(MemberInput.Heard heard)
    {
        if (Knows(heard.Peer) && !Engine!.Received(heard.Peer, heard.Frame))
        {
            _cluster!.Take(heard);
            if (heard.Frame is not Frame.Pulse)
            {
                ArmTick();
            }
        }
    }

    public void ConnectedTo(Incarnation peer)
    {
        Post(new MemberInput.LinkUp(peer));
        Engine!.Connected(peer);
    }

    public bool Knows(Incarnation peer) => Array.IndexOf(_known, peer) >= 0;

    public void Know(IReadOnlyCollection<PeerAddress> peers)
    {
        List<PeerAddress> fresh = [.. peers.Where(peer => !Knows(peer.Node))];
        foreach (Incarnation gone in _known.Where(known => !peers.Any(peer => peer.Node == known)))
        {
            machines.Links.Forget(this, gone);
        }

        _known = [.. peers.Select(peer => peer.Node)];
        foreach (PeerAddress peer in fresh)
        {
            machines.Links.Know(this, peer);
        }
    }

    public bool Send(NodeId to, Frame frame) => machines.Links.Send(this, to.Value, frame);

    public void Probe(PeerAddress peer, TimeSpan within) => machines.Links.Probe(this, peer, (long)within.TotalMilliseconds);

    public void Ask(MemberCommand.Ask request)
    {
        _asked.Enqueue(request);
        AskNext();
    }

    private bool IsTickNeeded => !machines.IsThinned || Member!.QuietUntil <= Trust.Now;

    /// <summary>At the next time of its grid that the member cannot do without.</summary>
    private void ArmTick()
    {
        if (!IsAlive)
        {
            return;
        }

        long now = machines.Clock.Now;
        long wanted = now;
        if (!IsPaused && machines.IsThinned && Member!.QuietUntil is var quiet && quiet > Trust.Now)
        {
            wanted = quiet < Never ? now + (long)Math.Ceiling((quiet - Trust.Now).TotalMilliseconds) : long.MaxValue - TickEvery;
        }

        long next = _startedAt + ((wanted - _startedAt + TickEvery - 1) / TickEvery * TickEvery);
        TickAt = Math.Min(TickAt, next == now && machines.HasTicked(this) ? next + TickEvery : next);
    }

    private void AskNext()
    {
        if (_asking || !_asked.TryDequeue(out MemberCommand.Ask? request))
        {
            return;
        }

        _asking = true;
        Incarnation self = Self;
        machines.Transact(this, 2_000, machines.Lost, done => machines.Store.Do(self, request, done), failed: () => Answers.Failure(request), answer: input =>
        {
            _asking = false;
            if (input is not null)
            {
                Post(input);
            }

            AskNext();
        });
    }

    private void Beat()
    {
        TimeSpan asked = Trust.Now;
        Incarnation self = Self;
        long sent = Time.GetTimestamp();
        DateTimeOffset arbiter = default;
        machines.Transact(this, 2 * Pulse, machines.Lost / 20, Answer, failed: () => null, answer: input =>
        {
            if (input is MemberInput.Beaten beaten)
            {
                Time.Learn(new ClockReading(sent, Time.GetTimestamp(), arbiter));
                _knownVersion = beaten.View.MapVersion;
                Post(input);
            }
            else
            {
                _knownVersion = -1;
            }

            long rest = (long)(asked + TimeSpan.FromMilliseconds(Pulse) - Trust.Now).TotalMilliseconds;
            Later(Math.Max(1, rest), Beat);
        });

        void Answer(Action<MemberInput?> done)
        {
            arbiter = machines.Clock.GetUtcNow();
            done(new MemberInput.Beaten(asked, machines.Store.Beat(self, _knownVersion)));
        }
    }

    private void SendPulse()
    {
        foreach (Incarnation peer in _known)
        {
            machines.Links.Send(this, peer.Node.Value, _pulse);
        }
    }

    private void Die(string reason)
    {
        Incarnation run = Self;
        machines.Note($"node {Self} ends: {reason}");
        Kill();
        machines.Schedule.After(random.Next(300, 3000), () =>
        {
            if (!IsAlive && Self == run)
            {
                Start();
            }
        });
    }

    public void Do(long run, Action action)
    {
        if (!IsAlive || Run != run)
        {
            return;
        }

        if (IsPaused)
        {
            if (_missed.Count < MostMissed)
            {
                _missed.Enqueue(() => Do(run, action));
            }

            return;
        }

        action();
        if (_cluster!.Pump())
        {
            ArmTick();
        }

        if (IsAlive && Run == run)
        {
            Engine!.Work();
        }
    }
}

/// <summary>What a node must not be like; the checkers find each.</summary>
internal enum NodeFlaw
{
    None,
    SendsBeforeCommit,

    /// <summary>Its router does not keep what it has told another node.</summary>
    RouterForgets,

    /// <summary>It believes for ever that it owns what it owned.</summary>
    NoTrustWindow,
}
