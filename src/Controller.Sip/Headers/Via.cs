using Controller.Sip.Text;
using Controller.Sip.Transport;

namespace Controller.Sip.Headers;

/// <summary>One value of a Via header field (RFC 3261 section 20.42, RFC 3581). Spans into the message.</summary>
public readonly ref struct Via
{
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

    public bool TryParameter(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => Text.Parameters.TryFind(Parameters, name, out value);

    /// <summary>via-parm = sent-protocol LWS sent-by *( SEMI via-params ), with LWS wherever SLASH, COLON and SEMI allow it.</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out Via via)
    {
        via = default;
        var rest = Octets.Trim(value);
        if (!TryToken(ref rest, out var protocol) || !Octets.EqualIgnoreCase(protocol, "SIP"u8) || !TrySlash(ref rest) ||
            !TryToken(ref rest, out _) || !TrySlash(ref rest) || !TryToken(ref rest, out var transport))
        {
            return false;
        }

        if (rest.IsEmpty || !Octets.IsBlank(rest[0]))
        {
            return false;
        }

        rest = Octets.TrimStart(rest);
        if (!HostPort.TryTakeHost(ref rest, out var host))
        {
            return false;
        }

        rest = Octets.TrimStart(rest);
        var port = 0;
        if (!rest.IsEmpty && rest[0] == ':')
        {
            rest = Octets.TrimStart(rest[1..]);
            var length = rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            if (!Octets.TryPort(length < 0 ? rest : rest[..length], out port))
            {
                return false;
            }

            rest = length < 0 ? [] : rest[length..];
        }

        return TryParameters(transport, host, port, rest, out via);
    }

    private static bool TryParameters(ReadOnlySpan<byte> transport, ReadOnlySpan<byte> host, int port, ReadOnlySpan<byte> text, out Via via)
    {
        via = default;
        ReadOnlySpan<byte> branch = default, received = default;
        int? rport = null;
        var hasRPort = false;
        var parameters = new Parameters(text);
        while (parameters.Next())
        {
            if (branch.IsEmpty && Octets.EqualIgnoreCase(parameters.Name, "branch"u8))
            {
                branch = parameters.Value;
            }
            else if (Octets.EqualIgnoreCase(parameters.Name, "received"u8))
            {
                // RFC 5118 section 4.5: "an implementation must be prepared to receive" an IPv6 address here with or without brackets.
                received = parameters.Value.Length > 2 && parameters.Value[0] == '[' ? parameters.Value[1..^1] : parameters.Value;
            }
            else if (Octets.EqualIgnoreCase(parameters.Name, "rport"u8))
            {
                hasRPort = true;
                if (parameters.HasValue)
                {
                    if (!Octets.TryPort(parameters.Value, out var number))
                    {
                        return false;
                    }

                    rport = number;
                }
            }
        }

        if (parameters.Malformed)
        {
            return false;
        }

        via = new Via
        {
            TransportText = transport,
            Transport = TransportOf(transport),
            Host = host,
            Port = port,
            Branch = branch,
            Received = received,
            RPort = rport,
            HasRPort = hasRPort,
            Parameters = text,
        };
        return true;
    }

    internal static SipTransport? TransportOf(ReadOnlySpan<byte> text) => text.Length switch
    {
        2 when Octets.EqualIgnoreCase(text, "WS"u8) => SipTransport.Ws,
        3 when Octets.EqualIgnoreCase(text, "UDP"u8) => SipTransport.Udp,
        3 when Octets.EqualIgnoreCase(text, "TCP"u8) => SipTransport.Tcp,
        3 when Octets.EqualIgnoreCase(text, "TLS"u8) => SipTransport.Tls,
        3 when Octets.EqualIgnoreCase(text, "WSS"u8) => SipTransport.Wss,
        _ => null,
    };

    private static bool TryToken(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> token)
    {
        var length = rest.IndexOfAnyExcept(Octets.Token);
        token = length < 0 ? rest : rest[..length];
        rest = length < 0 ? [] : rest[length..];
        return !token.IsEmpty;
    }

    private static bool TrySlash(scoped ref ReadOnlySpan<byte> rest)
    {
        rest = Octets.TrimStart(rest);
        if (rest.IsEmpty || rest[0] != '/')
        {
            return false;
        }

        rest = Octets.TrimStart(rest[1..]);
        return true;
    }
}
