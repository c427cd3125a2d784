using Controller.Sip.Messages;
using Controller.Simulation.Tests.Parties;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Checkers;

/// <summary>"ack": every final response to an INVITE has its ACK: RFC 3261 section 17.1.1.3 for a refusal, 13.2.2.4 for "each 2xx".</summary>
internal static class FinalsAreAcknowledged
{
    public static void Check(SimulatedWorld world)
    {
        foreach (Party party in world.PartiesOfCalls())
        {
            foreach (Serve serve in party.Serves)
            {
                if (serve is { Method: SipMethod.Invite, Final: not 0, Acknowledged: false } && !world.Faults.LongAway)
                {
                    throw new ViolationException("ack", $"{party.Mark}: its {serve.Final} to INVITE {serve.CSeq} was never acknowledged");
                }
            }
        }
    }
}
