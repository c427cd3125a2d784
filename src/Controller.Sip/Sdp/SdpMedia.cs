namespace Controller.Sip.Sdp;

/// <summary>a=name or a=name:value. The value is empty if there is none.</summary>
public readonly record struct SdpAttribute(string Name, string Value);

/// <summary>One m= section, RFC 8866 section 5.14.</summary>
/// <param name="Kind">"audio", "video", "image", …</param>
/// <param name="Port">0: refused or switched off (RFC 3264 section 6).</param>
/// <param name="PortCount">1 unless the port is written "port/count".</param>
/// <param name="Protocol">"RTP/AVP", "UDP/TLS/RTP/SAVPF", …</param>
/// <param name="Direction">Its own attribute, or that of the session, or sendrecv; an unspecified connection address counts as "does not receive".</param>
/// <param name="ConnectionAddress">Its own c= or that of the session; empty if neither.</param>
public sealed record SdpMedia(
    string Kind, int Port, int PortCount, string Protocol, IReadOnlyList<string> Formats,
    SdpDirection Direction, string ConnectionAddress, IReadOnlyList<SdpAttribute> Attributes)
{
    /// <summary>The sender does not want to hear this stream: sendonly, inactive, or the 0.0.0.0 of RFC 2543 (RFC 3264 section 8.4).</summary>
    public bool IsHeld => !Direction.Receives();

    /// <summary>The stream is refused or ended.</summary>
    public bool IsOff => Port == 0;
}
