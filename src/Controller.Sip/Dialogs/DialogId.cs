using System.Text;

namespace Controller.Sip.Dialogs;

/// <summary>RFC 3261 section 12: "A dialog is identified at each UA with a dialog ID, which consists of a Call-ID value, a local tag and a remote tag."</summary>
/// <param name="CallIdValue">As in the header, case-sensitive.</param>
/// <param name="RemoteTag">Empty if the peer is an RFC 2543 client without one: section 12.1.1 treats that as a tag of its own.</param>
public readonly record struct DialogId(string CallIdValue, string LocalTag, string RemoteTag)
{
    /// <summary>Whether a message with these belongs to this dialog. All three are ASCII by their grammar and case-sensitive; anything else does not match.</summary>
    public bool Matches(ReadOnlySpan<byte> callId, ReadOnlySpan<byte> localTag, ReadOnlySpan<byte> remoteTag) =>
        Ascii.Equals(callId, CallIdValue) && Ascii.Equals(localTag, LocalTag) && Ascii.Equals(remoteTag, RemoteTag);
}
