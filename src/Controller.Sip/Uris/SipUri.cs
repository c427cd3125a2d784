using Controller.Sip.Transport;

namespace Controller.Sip.Uris;

/// <summary>A URI in its parts, as written: escapes stay (RFC 3261 section 19.1, RFC 3966). Spans into the message.</summary>
public readonly ref struct SipUri
{
    /// <summary>False if a sip, sips or tel URI is malformed. Any other scheme parses to <see cref="UriScheme.Other"/> with nothing but its text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out SipUri uri) => throw new NotImplementedException();

    public UriScheme Scheme { get; private init; }

    /// <summary>Empty if absent. The number of a tel URI.</summary>
    public ReadOnlySpan<byte> User { get; private init; }
    public ReadOnlySpan<byte> Password { get; private init; }

    /// <summary>An IPv6 address without its brackets.</summary>
    public ReadOnlySpan<byte> Host { get; private init; }

    /// <summary>0: absent.</summary>
    public int Port { get; private init; }

    /// <summary>";…", empty if there are none.</summary>
    public ReadOnlySpan<byte> Parameters { get; private init; }

    /// <summary>Behind the '?', without it.</summary>
    public ReadOnlySpan<byte> Headers { get; private init; }

    /// <summary>The transport parameter; null if absent or unknown.</summary>
    public SipTransport? Transport => throw new NotImplementedException();

    /// <summary>;lr (RFC 3261 section 19.1.1).</summary>
    public bool IsLooseRoute => throw new NotImplementedException();

    public bool TryParameter(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => throw new NotImplementedException();

    /// <summary>RFC 3261 section 19.1.4.</summary>
    public static bool AreEquivalent(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => throw new NotImplementedException();
}
