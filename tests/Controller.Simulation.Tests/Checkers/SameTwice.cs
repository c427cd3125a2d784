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
    private readonly Dictionary<string, string> _numbers = [];

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

        Same(_requests, key, message, "another request in one transaction");
        if (message.Method is not (SipMethod.Ack or SipMethod.Cancel))
        {
            string number = $"{callId} {PartyText.Number(message)}";
            if (!_numbers.TryAdd(number, key) && _numbers[number] != key)
            {
                throw new ViolationException("C3", $"CSeq {number} is used again: {_numbers[number]}, now {key}");
            }
        }
    }

    private static void Same(Dictionary<string, byte[]> known, string key, SipMessage message, string what)
    {
        if (!known.TryGetValue(key, out byte[]? before))
        {
            known.Add(key, message.Raw.ToArray());
        }
        else if (!message.Raw.SequenceEqual(before))
        {
            throw new ViolationException("C3", $"{what} ({key}): first\n{Encoding.Latin1.GetString(before)}\nnow\n{Encoding.Latin1.GetString(message.Raw)}");
        }
    }
}
