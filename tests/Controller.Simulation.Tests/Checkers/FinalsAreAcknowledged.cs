using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.Parties;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Checkers;

/// <summary>
/// "ack": every final response to an INVITE has its ACK: RFC 3261 section 17.1.1.3 for a refusal, 13.2.2.4 for "each 2xx". Who never got one is owed
/// one behind each copy of its response that arrived, unless it was the network that lost it.
/// </summary>
internal sealed class FinalsAreAcknowledged
{
    private readonly HashSet<string> _due = [];

    /// <summary>A message has reached the node.</summary>
    public void Arrived(SipMessage message)
    {
        if (!message.IsRequest && message.Method == SipMethod.Invite && message.StatusCode >= 200)
        {
            _due.Add(message.StatusCode < 300 ? Answer(PartyText.Value(message, HeaderId.CallId), PartyText.Number(message), PartyText.Tag(message, HeaderId.To)) : PartyText.Branch(message));
        }
    }

    /// <summary>A message is lost on its way.</summary>
    public void Lost(SipMessage message)
    {
        if (message.IsRequest && message.Method == SipMethod.Ack)
        {
            _due.Remove(Answer(PartyText.Value(message, HeaderId.CallId), PartyText.Number(message), PartyText.Tag(message, HeaderId.To)));
            _due.Remove(PartyText.Branch(message));
        }
    }

    public void Check(SimulatedWorld world)
    {
        foreach (Party party in world.PartiesOfCalls())
        {
            foreach (Serve serve in party.Serves)
            {
                if (serve is { Method: SipMethod.Invite, Final: not 0, Acknowledged: false } && !world.Faults.LongAway
                    && (world.Faults.Loss == 0 || _due.Contains(serve.Final < 300 ? Answer(party.CallId, serve.CSeq, serve.Dialog!.LocalTag) : serve.Branch)))
                {
                    throw new ViolationException("ack", $"{party.Mark}: its {serve.Final} to INVITE {serve.CSeq} was never acknowledged");
                }
            }
        }
    }

    private static string Answer(string callId, uint cseq, string tag) => $"{callId} {cseq} {tag}";
}
