using System.Buffers;
using Controller.Sip.Text;
using Controller.Sip.Transport;

namespace Controller.Sip.Uris;

/// <summary>A URI in its parts, as written: escapes stay (RFC 3261 section 19.1, RFC 3966). Spans into the message.</summary>
public readonly ref struct SipUri
{
    // user = unreserved / escaped / "&=+$,;?/" of section 25.1. '#' should be escaped and often is not: feature codes (*#21#).
    private static readonly SearchValues<byte> UserOctets =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()%&=+$,;?/#"u8);

    // A telephone-subscriber: digits, HEXDIG, "*", "#" and visual separators of RFC 3966 section 3, and the letters of vanity numbers' carriers.
    private static readonly SearchValues<byte> NumberOctets = SearchValues.Create("0123456789ABCDEFabcdef*#+-.()"u8);

    private static readonly SearchValues<byte> SchemeOctets =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-."u8);

    // paramchar = "[" / "]" / "/" / ":" / "&" / "+" / "$" / unreserved / escaped
    private static readonly SearchValues<byte> ParameterOctets =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()%[]/:&+$;="u8);

    private static readonly SearchValues<byte> HeaderOctets =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()%[]/?:+$&=;,@"u8);

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
    public SipTransport? Transport => TryParameter("transport"u8, out var value) ? Sip.Headers.Via.TransportOf(value) : null;

    /// <summary>;lr (RFC 3261 section 19.1.1).</summary>
    public bool IsLooseRoute => TryParameter("lr"u8, out _);

    /// <summary>Names are case-insensitive and may be escaped (RFC 4475 section 3.1.1.3); the value comes as written.</summary>
    public bool TryParameter(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        var parameters = new UriParameters(Parameters);
        while (parameters.Next())
        {
            if (Escapes.AreEquivalent(parameters.Name, name, ignoreCase: true))
            {
                value = parameters.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>False if a sip, sips or tel URI is malformed. Any other scheme parses to <see cref="UriScheme.Other"/> with nothing but its text.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out SipUri uri)
    {
        uri = default;
        var colon = text.IndexOf((byte)':');
        if (colon <= 0)
        {
            return false;
        }

        var rest = text[(colon + 1)..];
        switch (SchemeOf(text[..colon]))
        {
            case UriScheme.Sip:
                return TrySip(UriScheme.Sip, rest, out uri);
            case UriScheme.Sips:
                return TrySip(UriScheme.Sips, rest, out uri);
            case UriScheme.Tel:
                return TryTel(rest, out uri);
            default:
                var letter = Octets.Lower(text[0]) is >= (byte)'a' and <= (byte)'z';
                return letter && !text[..colon].ContainsAnyExcept(SchemeOctets) && !rest.IsEmpty && !rest.ContainsAnyExceptInRange((byte)'!', (byte)'~');
        }
    }

    /// <summary>RFC 3261 section 19.1.4.</summary>
    public static bool AreEquivalent(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => UriComparison.AreEquivalent(a, b);

    private static UriScheme SchemeOf(ReadOnlySpan<byte> scheme) => scheme.Length switch
    {
        3 when Octets.EqualIgnoreCase(scheme, "sip"u8) => UriScheme.Sip,
        3 when Octets.EqualIgnoreCase(scheme, "tel"u8) => UriScheme.Tel,
        4 when Octets.EqualIgnoreCase(scheme, "sips"u8) => UriScheme.Sips,
        _ => UriScheme.Other,
    };

    // SIP-URI = "sip:" [ userinfo ] hostport uri-parameters [ headers ]
    private static bool TrySip(UriScheme scheme, ReadOnlySpan<byte> rest, out SipUri uri)
    {
        uri = default;
        ReadOnlySpan<byte> user = default, password = default, headers = default;

        // ";" and "?" may stand in the user part, "@" nowhere unescaped but behind it: so "@" is looked for first (RFC 4475 section 3.1.1.9).
        var at = rest.IndexOf((byte)'@');
        if (at >= 0)
        {
            user = rest[..at];
            rest = rest[(at + 1)..];
            var colon = user.IndexOf((byte)':');
            if (colon >= 0)
            {
                password = user[(colon + 1)..];
                user = user[..colon];
            }

            if (user.ContainsAnyExcept(UserOctets) || password.ContainsAnyExcept(UserOctets) || !Escapes.AreWellFormed(user) || !Escapes.AreWellFormed(password))
            {
                return false;
            }
        }

        var question = rest.IndexOf((byte)'?');
        if (question >= 0)
        {
            headers = rest[(question + 1)..];
            rest = rest[..question];
            if (headers.IsEmpty || headers.ContainsAnyExcept(HeaderOctets) || !Escapes.AreWellFormed(headers))
            {
                return false;
            }
        }

        if (!HostPort.TryTakeHost(ref rest, out var host))
        {
            return false;
        }

        var port = 0;
        var semicolon = rest.IndexOf((byte)';');
        var parameters = semicolon < 0 ? [] : rest[semicolon..];
        var portText = semicolon < 0 ? rest : rest[..semicolon];
        if (!portText.IsEmpty && (portText[0] != ':' || !Octets.TryPort(portText[1..], out port)))
        {
            return false;
        }

        uri = new SipUri { Scheme = scheme, User = user, Password = password, Host = host, Port = port, Parameters = parameters, Headers = headers };
        return AreParameters(parameters);
    }

    // telephone-uri = "tel:" telephone-subscriber; RFC 3966 section 3.
    private static bool TryTel(ReadOnlySpan<byte> rest, out SipUri uri)
    {
        var semicolon = rest.IndexOf((byte)';');
        var number = semicolon < 0 ? rest : rest[..semicolon];
        var parameters = semicolon < 0 ? [] : rest[semicolon..];
        uri = new SipUri { Scheme = UriScheme.Tel, User = number, Parameters = parameters };
        return !number.IsEmpty && !number.ContainsAnyExcept(NumberOctets) && AreParameters(parameters);
    }

    private static bool AreParameters(ReadOnlySpan<byte> text) =>
        text.IsEmpty || (!text.ContainsAnyExcept(ParameterOctets) && Escapes.AreWellFormed(text) && UriParameters.AreWellFormed(text));
}
