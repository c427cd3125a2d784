using System.Diagnostics.CodeAnalysis;

namespace Controller.Sip.Sdp;

/// <summary>Direction of a media stream as its sender sees it (RFC 3264 section 5.1).</summary>
public enum SdpDirection : byte { SendRecv = 0, SendOnly = 1, RecvOnly = 2, Inactive = 3 }

/// <summary>o= line, RFC 8866 section 5.2.</summary>
public sealed record SdpOrigin(string User, ulong SessionId, ulong Version, string AddressType, string Address);

/// <summary>One m= section, RFC 8866 section 5.14.</summary>
/// <param name="Port">0: refused or switched off (RFC 3264 section 6).</param>
/// <param name="ConnectionAddress">Its own c= or that of the session; empty if neither.</param>
public sealed record SdpMedia(string Kind, int Port, int PortCount, string Protocol, IReadOnlyList<string> Formats, SdpDirection Direction, string ConnectionAddress, IReadOnlyList<SdpAttribute> Attributes);

/// <summary>a=name or a=name:value.</summary>
public readonly record struct SdpAttribute(string Name, string Value);

/// <summary>A session description read far enough for a border controller: who, where, which streams, which way.</summary>
public sealed class SdpBody
{
    public required SdpOrigin Origin { get; init; }
    public required string SessionName { get; init; }

    /// <summary>Address of the session-level c= line; empty if there is none.</summary>
    public required string ConnectionAddress { get; init; }
    public required IReadOnlyList<SdpMedia> Media { get; init; }
    public required IReadOnlyList<SdpAttribute> Attributes { get; init; }

    public static bool TryParse(ReadOnlySpan<byte> sdp, [NotNullWhen(true)] out SdpBody? body) => throw new NotImplementedException();
}
