using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.Parties;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Checkers;

/// <summary>"final": never two different final responses to one transaction; repeated, they are the same byte for byte (RFC 3261 section 17.2).</summary>
internal sealed class OneFinalEach
{
    private readonly Dictionary<string, byte[]> _finals = [];

    public void Check(SipMessage message)
    {
        // That a CANCEL has been answered dies with its node: who repeats it to the next one, when its INVITE is done with, is told 481. Nothing hangs on it.
        if (message.IsRequest || message.StatusCode < 200 || (message.StatusCode == 481 && message.Method == SipMethod.Cancel))
        {
            return;
        }

        string key = $"{PartyText.Value(message, HeaderId.CallId)} {PartyText.Value(message, HeaderId.CSeq)} {PartyText.Branch(message)}";
        if (_finals.TryAdd(key, message.Raw.ToArray()) || message.Raw.SequenceEqual(_finals[key]))
        {
            return;
        }

        throw new ViolationException("final", $"another final response to one transaction ({key}): first\n{Encoding.Latin1.GetString(_finals[key])}\nnow\n{Encoding.Latin1.GetString(message.Raw)}");
    }
}
