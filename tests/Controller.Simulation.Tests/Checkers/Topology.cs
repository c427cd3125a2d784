using System.Text;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Checkers;

/// <summary>
/// Nothing of one side in a message to the other: Call-ID, tags, branches, Contact and product of a party hold its mark, and its addresses are of its
/// side's network. The media address in c= is of neither.
/// </summary>
internal static class Topology
{
    public static void Check(SipMessage message, bool toCaller)
    {
        ReadOnlySpan<byte> raw = message.Raw;
        ReadOnlySpan<byte> mark = toCaller ? "zQb"u8 : "zQa"u8;
        ReadOnlySpan<byte> network = toCaller ? "198.51.100."u8 : "192.0.2."u8;
        if (raw.IndexOf(mark) is >= 0 and var at || raw.IndexOf(network) is >= 0 and var there && (at = there) >= 0)
        {
            int start = raw[..at].LastIndexOf("\n"u8) + 1;
            throw new ViolationException("topology", $"to the {(toCaller ? "caller" : "callee")}: {Encoding.Latin1.GetString(raw[start..Math.Min(raw.Length, at + 30)]).Trim()}");
        }
    }
}
