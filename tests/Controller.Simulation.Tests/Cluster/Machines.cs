using System.Collections.Immutable;
using Controller.Cluster.Membership;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>Nodes, their arbiter, the wires between them, and all that breaks: the ground on which the worlds of a cluster stand.</summary>
internal sealed class Machines
{
    private readonly Random _random;
    private readonly Func<VirtualNode, IVirtualEngine> _engine;
    private readonly Action<FormattableString> _note;
    private long _arbiterBack;
    private long _arbiterSlow;
    private long _faultOver;
    private (long At, int Node) _ticked = (-1, 0);

    public Machines(
        Random random, SimulatedClock clock, int nodes, int shards, ImmutableArray<string> addresses, int pace, double lost,
        Func<VirtualNode, IVirtualEngine> engine, Action<FormattableString> note, ArbiterFlaw arbiterFlaw = ArbiterFlaw.None, NodeFlaw flaw = NodeFlaw.None)
    {
        (_random, _engine, _note) = (random, engine, note);
        (Clock, Shards, Addresses, Pace, Lost, Flaw) = (clock, shards, addresses, pace, lost, flaw);
        Schedule = new Schedule(clock);
        Store = new VirtualStore(nodes, shards, arbiterFlaw);
        Links = new VirtualLinks(Schedule, new Random(random.Next()), nodes);
        for (int id = 1; id <= nodes; id++)
        {
            var node = new VirtualNode(this, id, new Random(random.Next()));
            Nodes.Add(node);
            Links.Join(node);
        }
    }

    public SimulatedClock Clock { get; }
    public Schedule Schedule { get; }
    public VirtualStore Store { get; }
    public VirtualLinks Links { get; }
    public List<VirtualNode> Nodes { get; } = [];
    public int Shards { get; }
    public ImmutableArray<string> Addresses { get; }
    public NodeFlaw Flaw { get; }

    /// <summary>Milliseconds by which the time that a run begins with may be wrong: far more than a reading of the arbiter can be.</summary>
    public int Apart { get; init; }

    /// <summary>How many times slower than usual heartbeats and suspicions are configured: the same logic, fewer beats an hour.</summary>
    public int Pace { get; }

    /// <summary>Of requests and answers on the way to the arbiter.</summary>
    public double Lost { get; }

    /// <summary>More than one thing is, or just was, wrong, or the arbiter: a gap before this is nobody's fault.</summary>
    public long DisturbedUntil { get; set; }

    public bool ArbiterAnswers => Clock.Now >= _arbiterBack;

    /// <summary>A member is not bothered with ticks of which it says itself that nothing would come of them.</summary>
    public bool IsThinned { get; init; } = true;

    /// <summary>When the next thing happens.</summary>
    public long Next
    {
        get
        {
            long next = Schedule.Next;
            foreach (VirtualNode node in Nodes)
            {
                next = Math.Min(next, node.TickAt);
            }

            return next;
        }
    }

    /// <summary>Does the next thing that is due; ticks behind all else of their millisecond, one node after the other, so that it makes no difference whether some are left out.</summary>
    /// <returns>False if nothing is.</returns>
    public bool RunDue()
    {
        if (Schedule.RunDue())
        {
            return true;
        }

        foreach (VirtualNode node in Nodes)
        {
            if (node.TickAt <= Clock.Now)
            {
                _ticked = (Clock.Now, node.Id);
                node.Tick();
                return true;
            }
        }

        return false;
    }

    /// <summary>Its turn in this millisecond is over.</summary>
    public bool HasTicked(VirtualNode node) => _ticked.At == Clock.Now && node.Id <= _ticked.Node;

    public IVirtualEngine MakeEngine(VirtualNode node) => _engine(node);

    public bool Holds(NodeTrust trust) => Flaw == NodeFlaw.NoTrustWindow || trust.Holds;

    public void Note(FormattableString what) => _note(what);

    public void Tell(VirtualNode node, MemberNews news) => Note($"node {node.Self}: {news}");

    /// <summary>One transaction over the wire: there, the commit, and back; each may be late, and either way may be lost.</summary>
    public void Transact(VirtualNode node, long within, double lost, Action<Action<MemberInput?>> commit, Func<MemberInput?> failed, Action<MemberInput?> answer)
    {
        long there = Wire(node);
        if (there < 0 || (lost > 0 && _random.NextDouble() < lost / 2))
        {
            node.Later(within, () => answer(failed()));
            DisturbedUntil = Math.Max(DisturbedUntil, Clock.Now + within);
            return;
        }

        long run = node.Run;
        bool answerLost = lost > 0 && _random.NextDouble() < lost / 2;
        DisturbedUntil = answerLost ? Math.Max(DisturbedUntil, Clock.Now + within) : DisturbedUntil;
        Schedule.After(there, () => commit(result =>
        {
            // It answers who asked, not the run behind it.
            if (node.Run != run)
            {
                return;
            }

            long back = node.CutFromArbiter || answerLost ? within : _random.Next(1, 3);
            node.Later(back, () => answer(back == within ? failed() : result));
        }));
    }

    /// <summary>A write: its check and its commit are two moments. The journal tries until it knows what became of it.</summary>
    public void Commit(VirtualNode node, VirtualStore.Write write, Action<bool> done)
    {
        long there = Wire(node);
        if (there < 0)
        {
            node.Later(200, () => Commit(node, write, done));
            return;
        }

        Schedule.After(there, () => Store.Begin(
            write,
            commit => Schedule.After(_random.Next(20) == 0 ? _random.Next(100, 1_500) : _random.Next(1, 12), commit),
            stands => AnswerWhenReachable(node, () => done(stands))));
    }

    public void Crash(VirtualNode node, long lasts)
    {
        Note($"CRASH of {node.Self} for {lasts}");
        node.Kill();
        Disturbs(lasts, whole: false);
        Schedule.After(lasts, () =>
        {
            if (!node.IsAlive)
            {
                node.Start();
            }
        });
    }

    public void Pause(VirtualNode node, long lasts)
    {
        Note($"PAUSE of {node.Self} for {lasts}");
        node.Pause(lasts);
        Disturbs(lasts, whole: false);
    }

    public void Cut(VirtualNode node, VirtualNode other, long lasts, bool both)
    {
        Note($"CUT {(both ? "between" : "from")} {node.Self} {(both ? "and" : "to")} {other.Self} for {lasts}");
        Links.Cut(node.Id, other.Id);
        if (both)
        {
            Links.Cut(other.Id, node.Id);
        }

        Schedule.After(lasts, () =>
        {
            Links.Mend(node.Id, other.Id);
            Links.Mend(other.Id, node.Id);
        });
        Disturbs(lasts, whole: false);
    }

    public void CutFromArbiter(VirtualNode node, long lasts)
    {
        Note($"{node.Self} is cut from the arbiter for {lasts}");
        node.CutFromArbiter = true;
        Schedule.After(lasts, () => node.CutFromArbiter = false);
        Disturbs(lasts, whole: false);
    }

    public void StopArbiter(long lasts)
    {
        Note($"the arbiter is gone for {lasts}");
        _arbiterBack = Math.Max(_arbiterBack, Clock.Now + lasts);
        Disturbs(lasts, whole: true);
    }

    public void SlowArbiter(long lasts)
    {
        Note($"the arbiter is slow for {lasts}");
        _arbiterSlow = Clock.Now + lasts;
        Disturbs(lasts, whole: true);
    }

    public void SlowLink(VirtualNode node, VirtualNode other, long lasts)
    {
        Note($"SLOW from {node.Self} to {other.Self} for {lasts}");
        Links.Slow(node.Id, other.Id, lasts);
        Disturbs(lasts, whole: false);
    }

    /// <summary>Somebody sets its wall clock wrong, and right again.</summary>
    public void SetClock(VirtualNode node, long wrong, long lasts)
    {
        Note($"the clock of {node.Self} is {wrong} wrong for {lasts}");
        node.Clock.Wrong = wrong;
        Schedule.After(lasts, () => node.Clock.Wrong = 0);
    }

    public void Drain(VirtualNode node)
    {
        if (node.IsAlive && !node.IsPaused && !node.Leaving)
        {
            Note($"{node.Self} is drained");
            node.Drain();
            Disturbs(3_000, whole: false);
        }
    }

    /// <summary>Somebody's, of any kind.</summary>
    public void Any(long lasts)
    {
        VirtualNode node = Nodes[_random.Next(Nodes.Count)];
        VirtualNode other = Nodes[(node.Id + _random.Next(Nodes.Count - 1)) % Nodes.Count];
        switch (_random.Next(10))
        {
            case 0 or 1:
                Crash(node, lasts);
                break;
            case 2 or 3:
                Pause(node, lasts);
                break;
            case 4 when node != other:
                Cut(node, other, lasts, both: _random.Next(2) == 0);
                break;
            case 5:
                CutFromArbiter(node, lasts);
                break;
            case 6:
                StopArbiter(lasts);
                break;
            case 7:
                SlowArbiter(lasts);
                break;
            case 8:
                Drain(node);
                break;
            case 9 when node != other:
                SlowLink(node, other, lasts);
                break;
        }
    }

    private void AnswerWhenReachable(VirtualNode node, Action answer) => node.Later(_random.Next(1, 3), () =>
    {
        if (node.CutFromArbiter || !ArbiterAnswers)
        {
            AnswerWhenReachable(node, answer);
        }
        else
        {
            answer();
        }
    });

    private long Wire(VirtualNode node) => node.CutFromArbiter || !ArbiterAnswers ? -1 : Clock.Now < _arbiterSlow ? _random.Next(50, 400) : _random.Next(1, 4);

    private void Disturbs(long lasts, bool whole)
    {
        long over = Clock.Now + lasts + (3_000 * Pace);
        if (whole || Clock.Now < _faultOver)
        {
            DisturbedUntil = Math.Max(DisturbedUntil, Math.Max(over, _faultOver));
        }

        _faultOver = Math.Max(_faultOver, over);
    }
}
