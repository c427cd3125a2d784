namespace Controller.Sip.Sdp;

/// <summary>Direction of a media stream as the sender of the description sees it (RFC 3264 section 5.1).</summary>
public enum SdpDirection : byte
{
    SendRecv = 0,
    SendOnly = 1,
    RecvOnly = 2,
    Inactive = 3,
}

public static class SdpDirections
{
    /// <summary>The attribute's name: "sendrecv", …</summary>
    public static string Token(this SdpDirection direction) => direction switch
    {
        SdpDirection.SendRecv => "sendrecv",
        SdpDirection.SendOnly => "sendonly",
        SdpDirection.RecvOnly => "recvonly",
        SdpDirection.Inactive => "inactive",
        _ => throw new ArgumentOutOfRangeException(nameof(direction)),
    };

    /// <summary>The same stream as the other party sees it: RFC 3264 section 6.1 (an answer to sendonly is at most recvonly).</summary>
    public static SdpDirection Reverse(this SdpDirection direction) => direction switch
    {
        SdpDirection.SendOnly => SdpDirection.RecvOnly,
        SdpDirection.RecvOnly => SdpDirection.SendOnly,
        _ => direction,
    };

    /// <summary>Whether the sender of the description still wants to receive.</summary>
    public static bool Receives(this SdpDirection direction) => direction is SdpDirection.SendRecv or SdpDirection.RecvOnly;

    internal static bool TryParse(ReadOnlySpan<byte> attribute, out SdpDirection direction)
    {
        SdpDirection? found = attribute.Length != 8 ? null
            : attribute.SequenceEqual("sendrecv"u8) ? SdpDirection.SendRecv
            : attribute.SequenceEqual("sendonly"u8) ? SdpDirection.SendOnly
            : attribute.SequenceEqual("recvonly"u8) ? SdpDirection.RecvOnly
            : attribute.SequenceEqual("inactive"u8) ? SdpDirection.Inactive
            : null;
        direction = found ?? default;
        return found is not null;
    }
}
