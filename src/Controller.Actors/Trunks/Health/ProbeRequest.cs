using Controller.Actors.Calls;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Tokens;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Trunks.Health;

/// <summary>An OPTIONS of our own (RFC 3261 section 11.1), outside any dialog. Its names follow from the trunk, the endpoint and the number of the probe.</summary>
internal static class ProbeRequest
{
    /// <param name="place">Which of the trunk's endpoints, from 0.</param>
    /// <param name="number">No other has it.</param>
    public static (string Branch, byte[] Request) Of(TrunkTurn turn, string uri, int place, Flow flow, uint number)
    {
        ListenerSettings listener = turn.Settings.Listeners[flow.Listener];
        string callId = CallToken.Encode(turn.Secret, turn.Self, place, number);
        var leg = new Leg
        {
            Number = place,
            State = LegState.Calling,
            CallIdValue = callId,
            LocalTag = Tags.Make(turn.Secret, turn.Self, place, Latin1.Octets(callId)),
            LocalParty = $"<sip:{listener.SentBy}>",
            RemoteParty = $"<{uri}>",
            RemoteTarget = uri,
            LocalCSeq = 1,
            Flow = flow,
            SentBy = listener.SentBy,
            Contact = Contacts.Of(callId, listener),
            Realm = listener.Realm,
        };
        string branch = Branches.Make(turn.Secret, turn.Self, place, number, SipMethod.Options, 0);

        // 11.1: "The client MAY include an Accept header field to indicate the type of message body the UAC wishes to receive": without one it is SDP.
        return (branch, Requests.Begin(SipMethod.Options, leg, branch, leg.LocalCSeq).OwnContact(leg).Finish());
    }
}
