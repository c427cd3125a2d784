using System.Net;
using Controller.Actors.Policies;
using Controller.Sharding.Embedded;
using Controller.Sharding.Model;
using Controller.Sip.Messages;

namespace Controller.Simulation.Tests.World;

/// <summary>One node with its journal, which crash, stall and fail as planned.</summary>
internal sealed class SingleSite : ISite
{
    private readonly SimulatedWorld _world;
    private readonly ControllerSettings _settings;
    private readonly EngineKinds _kinds;
    private readonly Random _random;
    private Node? _node;
    private bool _commitScheduled;
    private long _commitsAfter;

    public SingleSite(SimulatedWorld world, ControllerSettings settings, EngineKinds kinds, Random random)
    {
        (_world, _settings, _kinds, _random) = (world, settings, kinds, random);
        Journal.WithholdCommits();
        _node = new Node(world, settings, kinds);
    }

    public int Calls => _node?.Calls ?? 1;

    public bool IsDown => _node is null;

    public long Due => _node?.Due ?? long.MaxValue;

    private InMemoryJournal Journal => _world.Journal;

    public void Break(FaultPlan faults)
    {
        foreach (FaultPlan.Crash crash in faults.Crashes)
        {
            _world.Schedule.After(crash.At, () => Crash(crash));
        }

        foreach (FaultPlan.Stall stall in faults.Stalls)
        {
            _world.Schedule.After(stall.At, () =>
            {
                _world.SawAll(Ingredient.Stall);
                _commitsAfter = _world.Clock.Now + stall.Lasts;
            });
        }

        foreach (FaultPlan.JournalFailure failure in faults.Failures)
        {
            _world.Schedule.After(failure.At, () =>
            {
                _world.Ladder.Note($"the journal fails {failure.Batches} times{(failure.Commits ? ", though it commits" : "")}");
                _world.SawAll(Ingredient.JournalFailure);
                Journal.FailNext("disk full", failure.Batches, failure.Commits);
                _world.Schedule.After(5_000, () => Journal.FailNext("", batches: 0));
            });
        }
    }

    public void Settle()
    {
        while (_node!.Pump() || Journal.CommitNext())
        {
        }
    }

    public bool Pump()
    {
        bool worked = false;
        for (int rounds = 0; _node is not null && _node.Pump(); rounds++)
        {
            worked = true;
            if (rounds > 20_000)
            {
                throw new ViolationException("C6", "the engine does not come to rest");
            }
        }

        if (!_commitScheduled && Journal.Withheld > 0)
        {
            _commitScheduled = true;
            long wait = Math.Max(_commitsAfter - _world.Clock.Now, _random.Next(_world.Faults.CommitMin, _world.Faults.CommitMax));
            _world.Schedule.After(wait, () =>
            {
                _commitScheduled = false;
                Journal.CommitNext();
            });
        }

        return worked;
    }

    public void Receive(SipMessage message, IPEndPoint from, IPEndPoint to) => _node?.Receive(message, from, to);

    public void Tell(ActorId actor, object input) => _node?.Tell(actor, input);

    public string Describe() => _node?.Describe() ?? "";

    public void Dispose() => _node?.Dispose();

    private void Crash(FaultPlan.Crash crash)
    {
        if (_node is null)
        {
            return;
        }

        _world.Broken();
        _world.Ladder.Note($"CRASH for {crash.Down} ms{(crash.LosesCompletion ? ", what the journal has is committed" : "")}");
        if (crash.LosesCompletion)
        {
            Journal.LoseCompletions();
            Journal.CommitNext();
        }

        _node.Dispose();
        _node = null;
        _world.Schedule.After(crash.Down, () =>
        {
            _world.Ladder.Note("the node is back");
            Journal.Restart();
            Journal.WithholdCommits();
            _node = new Node(_world, _settings, _kinds);
        });
    }
}
