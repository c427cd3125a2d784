using System.Text;
using Controller.Sharding.Model;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.Parties;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Checkers;

/// <summary>C2: what the table "persist before send" marks P has its events in the journal when it leaves. One branch for each row of the table.</summary>
internal sealed class DurableBeforeSent(CommittedFacts facts)
{
    private readonly HashSet<string> _inviteBranches = [];

    public void Check(ActorId call, SipMessage message)
    {
        if (Missing(facts.Of(call), message) is not null && Missing(facts.Reread(call), message) is { } missing)
        {
            throw new ViolationException("C2", $"sent before {missing} is committed: {Encoding.Latin1.GetString(message.Raw)}");
        }

        if (message.IsRequest && message.Method == SipMethod.Invite)
        {
            _inviteBranches.Add(PartyText.Branch(message));
        }
    }

    private string? Missing(CallFacts known, SipMessage message) => message.IsRequest ? MissingOfRequest(known, message) : MissingOfResponse(known, message);

    private string? MissingOfRequest(CallFacts known, SipMessage request)
    {
        switch (request.Method)
        {
            // #2, #4c, #5, #9, #12, #13, #14
            case SipMethod.Invite or SipMethod.Prack or SipMethod.Bye or SipMethod.Cancel or SipMethod.Update:
                return known.Holds(request.Raw) ? null : $"the {request.Method} itself";

            // #7b
            case SipMethod.Ack when !request.Body.IsEmpty:
                return known.Holds(request.Raw) ? null : "the ACK with its session description";

            // #17
            case SipMethod.Ack when _inviteBranches.Contains(PartyText.Branch(request)):
                return null;

            // #6, #10
            case SipMethod.Ack:
                string leg = PartyText.Value(request, HeaderId.CallId);
                return known.Answered.Contains(leg) || leg.StartsWith("zQa", StringComparison.Ordinal) ? null : "the answer that the ACK is for";

            // #11
            default:
                return null;
        }
    }

    private static string? MissingOfResponse(CallFacts known, SipMessage response)
    {
        string transaction = PartyText.ServerKey(response);
        int status = response.StatusCode;
        switch (response.Method)
        {
            // #1, #9
            case SipMethod.Invite when status == 100:
                return known.Accepted.Contains(transaction) ? null : "the INVITE that a 100 is for";

            // #4a, #4b
            case SipMethod.Invite when status < 200:
                return transaction != known.InviteKey || (response.Body.IsEmpty && !response.Has(HeaderId.RSeq)) || known.Holds(response.Raw) ? null : "the early session";

            // #6, #10
            case SipMethod.Invite when status < 300:
                return known.Holds(response.Raw) ? null : "the answer";

            // #16; a refusal of what was never accepted leaves nothing behind.
            case SipMethod.Invite:
                return !known.Accepted.Contains(transaction) || known.Holds(response.Raw) ? null : "the refusal";

            // #4c
            case SipMethod.Prack when status is >= 200 and < 300:
                return known.Holds(response.Raw) ? null : "the acknowledgement of the provisional response";

            // #12; of several early dialogs a BYE ends its own.
            case SipMethod.Bye when status is >= 200 and < 300:
                return known.Over || known.Left.Contains(PartyText.Tag(response, HeaderId.To)) || !known.IsOfCall(PartyText.Value(response, HeaderId.CallId)) ? null : "the end of the call";

            // #14
            case SipMethod.Cancel when status < 300:
                return transaction != known.InviteKey || known.Decided ? null : "the cancellation";
            case SipMethod.Update when status is >= 200 and < 300:
                return known.Holds(response.Raw) ? null : "the answer to UPDATE";
            default:
                return null;
        }
    }
}
