using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.Parties;

namespace Controller.Simulation.Tests.Checkers;

/// <summary>
/// Of which callees the node knows that they have the INVITE: only those can be cancelled (RFC 3261 section 9.1: "If the UAC has not yet received a provisional
/// response … it MUST wait for the arrival of a provisional response before sending the request"). A 100 is not stored; the others are.
/// </summary>
internal sealed class Heard
{
    private readonly HashSet<string> _trying = [];
    private readonly HashSet<string> _ringing = [];

    /// <summary>A message has reached the node.</summary>
    public void Arrived(SipMessage message)
    {
        if (!message.IsRequest && message.Method == SipMethod.Invite)
        {
            (message.StatusCode == 100 ? _trying : _ringing).Add(PartyText.Value(message, HeaderId.CallId));
        }
    }

    /// <summary>The node, or its calls, are read back from the journal.</summary>
    public void Forgot() => _trying.Clear();

    public bool Of(Callee callee) => _trying.Contains(callee.CallId) || _ringing.Contains(callee.CallId);
}
