using System.Net;
using Controller.Sip.Text;

namespace Controller.Sip.Uris;

/// <summary>RFC 3261 section 19.1.4, RFC 3966 section 5, RFC 5954 section 4.2. Not transitive, as the RFC says of itself.</summary>
internal static class UriComparison
{
    public static bool AreEquivalent(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        if (!SipUri.TryParse(a, out var left) || !SipUri.TryParse(b, out var right))
        {
            return false;
        }

        // "A SIP and SIPS URI are never equivalent."
        if (left.Scheme != right.Scheme)
        {
            return false;
        }

        // A URI is equivalent to itself, even one that has a parameter twice against 19.1.1 and would not match it below.
        if (a.SequenceEqual(b))
        {
            return true;
        }

        return left.Scheme switch
        {
            UriScheme.Other => false,
            UriScheme.Tel => AreSameNumber(left, right),
            _ => AreSameSip(left, right),
        };
    }

    private static bool AreSameSip(in SipUri a, in SipUri b) =>

        // "Comparison of the userinfo of SIP and SIPS URIs is case-sensitive." "A URI omitting the user component will not match a URI that includes one."
        Escapes.AreEquivalent(a.User, b.User, ignoreCase: false) &&
        Escapes.AreEquivalent(a.Password, b.Password, ignoreCase: false) &&

        // "A URI omitting any component with a default value will not match a URI explicitly containing that component with its default value."
        a.Port == b.Port &&
        AreSameHost(a.Host, b.Host) &&
        ParametersMatch(a, b) && ParametersMatch(b, a) &&
        HeadersMatch(a.Headers, b.Headers) && HeadersMatch(b.Headers, a.Headers);

    // RFC 5954 section 4.2: IPv6 addresses are compared as addresses, not as text.
    private static bool AreSameHost(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) =>
        Octets.EqualIgnoreCase(a, b) ||
        (HostPort.IsIpv6(a) && HostPort.IsIpv6(b) && IPAddress.TryParse(a, out var left) && IPAddress.TryParse(b, out var right) && left.Equals(right));

    private static bool ParametersMatch(in SipUri a, in SipUri b)
    {
        var parameters = new UriParameters(a.Parameters);
        while (parameters.Next())
        {
            // "Any uri-parameter appearing in both URIs must match."
            if (b.TryParameter(parameters.Name, out var other))
            {
                if (!Escapes.AreEquivalent(parameters.Value, other, ignoreCase: true))
                {
                    return false;
                }
            }
            else if (NeverIgnored(parameters.Name))
            {
                return false;
            }
        }

        return true;
    }

    // "A user, ttl, or method uri-parameter appearing in only one URI never matches, even if it contains the default value." "A URI that
    // includes an maddr parameter will not match a URI that contains no maddr parameter." And transport: the examples of the section.
    // "All other uri-parameters appearing in only one URI are ignored when comparing the URIs."
    private static bool NeverIgnored(ReadOnlySpan<byte> name) =>
        Escapes.AreEquivalent(name, "user"u8, true) || Escapes.AreEquivalent(name, "ttl"u8, true) || Escapes.AreEquivalent(name, "method"u8, true) ||
        Escapes.AreEquivalent(name, "maddr"u8, true) || Escapes.AreEquivalent(name, "transport"u8, true);

    // "URI header components are never ignored. Any present header component MUST be present in both URIs and match". As often, too.
    private static bool HeadersMatch(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var rest = a;
        while (TryHeader(ref rest, out var name, out var value))
        {
            if (Occurrences(a, name, value) != Occurrences(b, name, value))
            {
                return false;
            }
        }

        return true;
    }

    private static int Occurrences(ReadOnlySpan<byte> headers, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        var count = 0;
        while (TryHeader(ref headers, out var otherName, out var otherValue))
        {
            count += Escapes.AreEquivalent(name, otherName, ignoreCase: true) && Escapes.AreEquivalent(value, otherValue, ignoreCase: false) ? 1 : 0;
        }

        return count;
    }

    private static bool TryHeader(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        name = value = default;
        if (rest.IsEmpty)
        {
            return false;
        }

        var end = rest.IndexOf((byte)'&');
        var one = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 1)..];
        var equals = one.IndexOf((byte)'=');
        name = equals < 0 ? one : one[..equals];
        value = equals < 0 ? [] : one[(equals + 1)..];
        return true;
    }

    // RFC 3966 section 5: visual separators are removed, the rest compared digit by digit; all parameters must match, in whatever order.
    private static bool AreSameNumber(in SipUri a, in SipUri b)
    {
        int i = 0, j = 0;
        while (true)
        {
            while (i < a.User.Length && IsSeparator(a.User[i]))
            {
                i++;
            }

            while (j < b.User.Length && IsSeparator(b.User[j]))
            {
                j++;
            }

            if (i == a.User.Length || j == b.User.Length)
            {
                return i == a.User.Length && j == b.User.Length && NumberParametersMatch(a, b) && NumberParametersMatch(b, a);
            }

            if (Octets.Lower(a.User[i++]) != Octets.Lower(b.User[j++]))
            {
                return false;
            }
        }
    }

    private static bool NumberParametersMatch(in SipUri a, in SipUri b)
    {
        var parameters = new UriParameters(a.Parameters);
        while (parameters.Next())
        {
            if (!b.TryParameter(parameters.Name, out var other) || !Escapes.AreEquivalent(parameters.Value, other, ignoreCase: true))
            {
                return false;
            }
        }

        return true;
    }

    internal static bool IsSeparator(byte octet) => octet is (byte)'-' or (byte)'.' or (byte)'(' or (byte)')';
}
