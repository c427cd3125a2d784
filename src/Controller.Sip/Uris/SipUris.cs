using System.Buffers;
using System.Text;
using Controller.Sip.Text;

namespace Controller.Sip.Uris;

public static class SipUris
{
    /// <summary>
    /// The key of a binding, RFC 3261 section 10.3 step 5: "user@host" with the user unescaped and the host in lower case; no scheme (a sip
    /// and a sips URI name the same binding, RFC 5630), no password, no parameters, no port. Of a tel URI, its number without visual separators.
    /// </summary>
    /// <remarks>
    /// Two users that differ give keys that differ: an escaped '%', '@' or control and octets that are no UTF-8 stay escaped,
    /// in upper case, for unescaped they would read as something else ("alice%40trusted@evil", "a%00").
    /// </remarks>
    public static string AddressOfRecord(in SipUri uri)
    {
        var text = new StringBuilder(uri.User.Length + uri.Host.Length + 3);
        if (uri.Scheme == UriScheme.Tel)
        {
            foreach (var octet in uri.User)
            {
                if (!UriComparison.IsSeparator(octet))
                {
                    text.Append((char)Octets.Lower(octet));
                }
            }

            // RFC 3966 section 5.1.5: a local number is one only in its context.
            if (uri.User[0] != '+' && uri.TryParameter("phone-context"u8, out var context))
            {
                text.Append('@').Append(Encoding.Latin1.GetString(context).ToLowerInvariant());
            }

            return text.ToString();
        }

        if (!uri.User.IsEmpty)
        {
            AppendUser(text, uri.User);
            text.Append('@');
        }

        var ipv6 = HostPort.IsIpv6(uri.Host);
        text.Append(ipv6 ? "[" : "");
        foreach (var octet in uri.Host)
        {
            text.Append((char)Octets.Lower(octet));
        }

        return text.Append(ipv6 ? "]" : "").ToString();
    }

    private static void AppendUser(StringBuilder text, ReadOnlySpan<byte> user)
    {
        var rented = ArrayPool<byte>.Shared.Rent(user.Length);
        ReadOnlySpan<byte> plain = rented.AsSpan(0, Escapes.Unescape(user, rented));
        while (!plain.IsEmpty)
        {
            var whole = Rune.DecodeFromUtf8(plain, out var rune, out var length) == OperationStatus.Done;
            if (whole && rune.Value is not ('%' or '@') && !Rune.IsControl(rune))
            {
                text.Append(rune.ToString());
            }
            else
            {
                foreach (var octet in plain[..length])
                {
                    text.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
                }
            }

            plain = plain[length..];
        }

        ArrayPool<byte>.Shared.Return(rented);
    }
}
