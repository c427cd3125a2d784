using System.Runtime.InteropServices;
using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.Parties;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Checkers;

/// <summary>
/// C3: never two different messages with the same Call-ID, CSeq, method, branch and direction; never two different finals for one server
/// transaction; no CSeq number again with other content.
/// </summary>
internal sealed class SameTwice
{
    private readonly Dictionary<string, byte[]> _requests = [];
    private readonly Dictionary<string, byte[]> _finals = [];
    private readonly Dictionary<string, uint> _numbers = [];

    public void Check(SipMessage message)
    {
        string cseq = PartyText.Value(message, HeaderId.CSeq);
        string callId = PartyText.Value(message, HeaderId.CallId);
        string branch = PartyText.Branch(message);
        string key = $"{callId} {cseq} {branch}";
        if (!message.IsRequest)
        {
            // That a CANCEL has been answered dies with its node: who repeats it to the next one, when its INVITE is done with, is told 481. Nothing hangs on it.
            if (message.StatusCode >= 200 && !(message.StatusCode == 481 && message.Method == SipMethod.Cancel))
            {
                Same(_finals, key, message, "another final response to one transaction");
            }

            return;
        }

        if (Same(_requests, key, message, "another request in one transaction") && message.Method is not (SipMethod.Ack or SipMethod.Cancel))
        {
            Counted(callId + PartyText.Tag(message, HeaderId.From), PartyText.Tag(message, HeaderId.To), PartyText.Number(message), key);
        }
    }

    /// <summary>RFC 3261 section 12.2.1.1: the numbers of a dialog's requests grow; an INVITE that forked has counted for each of its dialogs.</summary>
    private void Counted(string ours, string theirs, uint number, string key)
    {
        ref uint last = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, ours + theirs, out bool known);
        if (!known && theirs.Length > 0)
        {
            uint invited = _numbers.GetValueOrDefault(ours);
            last = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, ours + theirs, out _);
            last = invited;
        }

        if (number <= last)
        {
            throw new ViolationException("C3", $"CSeq {number} after {last} in one dialog ({key})");
        }

        last = number;
    }

    /// <returns>True if it is new.</returns>
    private static bool Same(Dictionary<string, byte[]> known, string key, SipMessage message, string what)
    {
        if (!known.TryGetValue(key, out byte[]? before))
        {
            known.Add(key, message.Raw.ToArray());
            return true;
        }

        if (!message.Raw.SequenceEqual(before))
        {
            throw new ViolationException("C3", $"{what} ({key}): first\n{Encoding.Latin1.GetString(before)}\nnow\n{Encoding.Latin1.GetString(message.Raw)}");
        }

        return false;
    }
}
