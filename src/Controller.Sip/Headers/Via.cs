using Controller.Sip.Transport;

namespace Controller.Sip.Headers;

/// <summary>One value of a Via header field (RFC 3261 section 20.42, RFC 3581). Spans into the message.</summary>
public readonly ref struct Via
{
    public static bool TryParse(ReadOnlySpan<byte> value, out Via via) => throw new NotImplementedException();

    /// <summary>null: a transport that we do not speak (still a valid Via).</summary>
    public SipTransport? Transport { get; private init; }
    public ReadOnlySpan<byte> TransportText { get; private init; }

    /// <summary>sent-by host; an IPv6 address without its brackets.</summary>
    public ReadOnlySpan<byte> Host { get; private init; }

    /// <summary>sent-by port; 0: absent.</summary>
    public int Port { get; private init; }
    public ReadOnlySpan<byte> Branch { get; private init; }

    /// <summary>The received parameter, without brackets.</summary>
    public ReadOnlySpan<byte> Received { get; private init; }

    /// <summary>The value of rport, if it has one.</summary>
    public int? RPort { get; private init; }

    /// <summary>An rport parameter stands there, with or without a value.</summary>
    public bool HasRPort { get; private init; }

    /// <summary>All parameters, ";…".</summary>
    public ReadOnlySpan<byte> Parameters { get; private init; }

    public bool TryParameter(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => throw new NotImplementedException();
}
