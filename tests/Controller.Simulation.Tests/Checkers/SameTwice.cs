using System.Runtime.InteropServices;
using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.Parties;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Checkers;

/// <summary>C3: never two different requests with the same Call-ID, CSeq, method, branch and direction; no CSeq number again with other content.</summary>
internal sealed class SameTwice
{
    private readonly Dictionary<string, byte[]> _requests = [];
    private readonly Dictionary<string, uint> _numbers = [];

    public void Check(SipMessage message)
    {
        if (!message.IsRequest)
        {
            return;
        }

        string callId = PartyText.Value(message, HeaderId.CallId);
        string key = $"{callId} {PartyText.Value(message, HeaderId.CSeq)} {PartyText.Branch(message)}";
        if (IsNew(key, message) && message.Method is not (SipMethod.Ack or SipMethod.Cancel))
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

    private bool IsNew(string key, SipMessage message)
    {
        if (_requests.TryAdd(key, message.Raw.ToArray()))
        {
            return true;
        }

        if (!message.Raw.SequenceEqual(_requests[key]))
        {
            throw new ViolationException("C3", $"another request in one transaction ({key}): first\n{Encoding.Latin1.GetString(_requests[key])}\nnow\n{Encoding.Latin1.GetString(message.Raw)}");
        }

        return false;
    }
}
