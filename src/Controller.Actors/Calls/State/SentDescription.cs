using Controller.Sip.Sdp;

namespace Controller.Actors.Calls.State;

/// <summary>A session description as we sent it on one side of a dialog.</summary>
/// <param name="Body">With our own o= line.</param>
/// <param name="Version">The highest version that an o= line of ours has had there; that of <paramref name="Body"/>, unless a later offer was refused.</param>
public sealed record SentDescription(ReadOnlyMemory<byte> Body, ulong Version)
{
    /// <summary>The description that a message of ours carries, after <paramref name="before"/>; that one, if it carries none.</summary>
    public static SentDescription? After(SentDescription? before, ReadOnlySpan<byte> message)
    {
        int end = message.IndexOf("\r\n\r\n"u8);
        ReadOnlySpan<byte> body = Part(end < 0 ? default : message[(end + 4)..]);
        return SdpOrigin.TryNumbers(body, out _, out ulong version) ? new SentDescription(body.ToArray(), Math.Max(version, before?.Version ?? 0)) : before;
    }

    /// <summary>RFC 8866 section 5: a description begins with its version line; no other body that we relay does. It may be one part of several.</summary>
    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty || body.StartsWith("v=0"u8))
        {
            return body;
        }

        int start = body.IndexOf("\r\n\r\nv=0"u8);
        if (!body.StartsWith("--"u8) || start < 0)
        {
            return default;
        }

        ReadOnlySpan<byte> part = body[(start + 4)..];
        int boundary = part.IndexOf("\r\n--"u8);
        return boundary < 0 ? default : part[..boundary];
    }
}
