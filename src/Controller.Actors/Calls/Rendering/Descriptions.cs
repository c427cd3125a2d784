using Controller.Actors.Calls.State;
using Controller.Sip.Sdp;

namespace Controller.Actors.Calls.Rendering;

/// <summary>The o= line of what we send: ours, with an id and a version of its own on each side of each dialog.</summary>
internal static class Descriptions
{
    private const ulong FirstVersion = 1;

    /// <summary>
    /// RFC 3264 section 8: "the origin line … of the new SDP MUST be identical to that in the previous SDP, except that the version in the origin field MUST
    /// increment by one from the previous SDP. If the version in the origin line does not increment, the SDP MUST be identical to the SDP with that version
    /// number." What comes from different parties by turns is one session to this peer.
    /// </summary>
    public static byte[] Own(ReadOnlySpan<byte> description, Leg to)
    {
        string address = Relay.HostOf(to.SentBy);
        if (to.Description is not { } before || !SdpOrigin.TryNumbers(before.Body.Span, out ulong sessionId, out _))
        {
            return SdpRewrite.Origin(description, address, SessionId(to.LocalTag), FirstVersion);
        }

        byte[] unchanged = SdpRewrite.Origin(description, address, sessionId, before.Version);
        return before.Body.Span.SequenceEqual(unchanged)
            ? unchanged
            : SdpRewrite.Origin(description, address, sessionId, before.Version + 1);
    }

    /// <summary>63 bits of our tag, which is a keyed hash: one session for each dialog, and nothing to store.</summary>
    private static ulong SessionId(string tag) => Fingerprint.Of(tag) >> 1;
}
