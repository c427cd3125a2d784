using System.Text;
using Controller.Actors.Calls.State;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls;

/// <summary>Allow, Supported and Require of a peer's INVITE, UPDATE, or a response to one.</summary>
internal static class PeerCapabilities
{
    public static LegCapabilities Of(SipMessage message)
    {
        LegCapabilities seen = message.Has(HeaderId.Allow) ? LegCapabilities.AllowSeen : LegCapabilities.None;
        foreach (ReadOnlySpan<byte> method in message.Values(HeaderId.Allow))
        {
            seen |= SipMethods.Parse(method) switch
            {
                SipMethod.Update => LegCapabilities.Update,
                SipMethod.Prack => LegCapabilities.Prack,
                SipMethod.Refer => LegCapabilities.Refer,
                SipMethod.Notify => LegCapabilities.Notify,
                SipMethod.Subscribe => LegCapabilities.Subscribe,
                SipMethod.Info => LegCapabilities.Info,
                SipMethod.Message => LegCapabilities.Message,
                _ => LegCapabilities.None,
            };
        }

        foreach (ReadOnlySpan<byte> tag in message.Values(HeaderId.Supported))
        {
            seen |= OfTag(tag);
        }

        // RFC 3262 section 3: a UAS sends reliably "if the request contained … 100rel" in Supported or Require alike.
        return message.IsRequest && Requires(message, "100rel"u8) ? seen | LegCapabilities.Reliable | LegCapabilities.RequiresReliable : seen;
    }

    /// <summary>May we send this leg an UPDATE? RFC 3311 section 4: Allow says so; where there was no Allow at all, asking is the way to know.</summary>
    public static bool AllowsUpdate(this LegCapabilities peer) => (peer & (LegCapabilities.AllowSeen | LegCapabilities.Update)) != LegCapabilities.AllowSeen;

    public static bool Has(this LegCapabilities peer, LegCapabilities what) => (peer & what) != 0;

    public static bool Requires(SipMessage message, ReadOnlySpan<byte> optionTag) => Names(message, HeaderId.Require, optionTag);

    public static bool Supports(SipMessage message, ReadOnlySpan<byte> optionTag) => Names(message, HeaderId.Supported, optionTag);

    private static bool Names(SipMessage message, HeaderId id, ReadOnlySpan<byte> optionTag)
    {
        foreach (ReadOnlySpan<byte> tag in message.Values(id))
        {
            if (Ascii.EqualsIgnoreCase(tag, optionTag))
            {
                return true;
            }
        }

        return false;
    }

    private static LegCapabilities OfTag(ReadOnlySpan<byte> tag) =>
        Ascii.EqualsIgnoreCase(tag, "100rel"u8) ? LegCapabilities.Reliable
        : Ascii.EqualsIgnoreCase(tag, "timer"u8) ? LegCapabilities.Timer
        : Ascii.EqualsIgnoreCase(tag, "replaces"u8) ? LegCapabilities.Replaces
        : Ascii.EqualsIgnoreCase(tag, "199"u8) ? LegCapabilities.EarlyDialogTerminated
        : Ascii.EqualsIgnoreCase(tag, "norefersub"u8) ? LegCapabilities.NoReferSub
        : LegCapabilities.None;
}
