using Controller.Actors;
using Controller.Sharding.Model;
using Controller.Simulation.Tests.Parties;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Checkers;

/// <summary>"up": when nothing is under way any more, no party is in a call, no request is open, and the journal knows of no call.</summary>
internal static class NobodyIsLeftUp
{
    public static void Check(SimulatedWorld world)
    {
        int rows = 0;
        world.Journal.Recover([.. Enumerable.Range(0, 256).Select(shard => new ShardId(shard))], row => rows += row.Actor.Kind == ActorKinds.Call ? 1 : 0);
        Must(rows == 0, $"{rows} rows of calls are left in the journal");
        foreach (Party party in world.PartiesOfCalls())
        {
            // Whom nothing was heard of cannot be cancelled (RFC 3261 section 9.1).
            bool unheard = party is Callee callee && (!world.Heard.Of(callee) || ((world.Faults.TransportFailure > 0 || world.Faults.LongAway) && !callee.WasUp));
            Must(party.Phase is PartyPhase.Over or PartyPhase.New || (unheard && !party.WasUp), $"{party.Mark} is still {party.Phase}");
            foreach (Ask ask in party.Asks)
            {
                Must(!ask.IsOpen, $"{party.Mark}: its {ask.Method} {ask.CSeq} is still open");
            }
        }
    }

    private static void Must(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new ViolationException("up", otherwise);
        }
    }
}
