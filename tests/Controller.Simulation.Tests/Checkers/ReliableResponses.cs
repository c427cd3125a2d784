using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.Parties;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Checkers;

/// <summary>C7: RFC 3262 section 3 of the responses that leave: the numbers are without gaps, nothing overtakes what waits for its PRACK.</summary>
internal sealed class ReliableResponses
{
    private readonly Dictionary<string, Early> _dialogs = [];

    /// <summary>A message of ours leaves.</summary>
    public void Check(SipMessage message)
    {
        if (message.IsRequest || message.Method != SipMethod.Invite || message.StatusCode is 100 or >= 300)
        {
            return;
        }

        string key = PartyText.Value(message, HeaderId.CallId) + PartyText.Tag(message, HeaderId.To);
        uint number = PartyText.RSeq(message);
        if (message.StatusCode >= 200)
        {
            if (_dialogs.TryGetValue(key, out Early? early) && early.Open.Find(static response => response.HasSession) is { } open)
            {
                // "If … the UAS … has sent a reliable provisional response with a session description that has not been acknowledged, it MUST NOT send a 2xx".
                throw new ViolationException("C7", $"a 2xx overtakes the reliable response {open.Number}, which has a description and no PRACK");
            }

            return;
        }

        if (number == 0)
        {
            return;
        }

        if (!_dialogs.TryGetValue(key, out Early? dialog))
        {
            _dialogs.Add(key, dialog = new Early());
        }

        if (dialog.Last != 0 && number <= dialog.Last)
        {
            // It is one of those that were sent before, and comes again.
            return;
        }

        // "The UAS MUST NOT send a second reliable provisional response until the first is acknowledged"; "the RSeq … MUST be one higher".
        bool follows = dialog.Last == 0 || (number == dialog.Last + 1 && dialog.FirstAcknowledged);
        if (!follows)
        {
            throw new ViolationException("C7", $"reliable response {number} follows {dialog.Last}{(dialog.FirstAcknowledged ? "" : ", which is not acknowledged")}");
        }

        dialog.Last = number;
        dialog.Open.Add(new Response(number, !message.Body.IsEmpty));
    }

    /// <summary>A request reaches the node.</summary>
    public void Arrived(SipMessage request)
    {
        if (!request.IsRequest || request.Method != SipMethod.Prack)
        {
            return;
        }

        string key = PartyText.Value(request, HeaderId.CallId) + PartyText.Tag(request, HeaderId.To);
        if (_dialogs.TryGetValue(key, out Early? dialog) && uint.TryParse(PartyText.Value(request, HeaderId.RAck).Split(' ')[0], out uint number))
        {
            dialog.FirstAcknowledged = true;
            dialog.Open.RemoveAll(response => response.Number == number);
        }
    }

    private sealed record Response(uint Number, bool HasSession);

    private sealed class Early
    {
        public uint Last { get; set; }
        public bool FirstAcknowledged { get; set; }
        public List<Response> Open { get; } = [];
    }
}
