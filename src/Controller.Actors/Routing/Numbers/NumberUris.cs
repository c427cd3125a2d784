using Controller.Actors.Calls;
using Controller.Sip.Uris;

namespace Controller.Actors.Routing.Numbers;

/// <summary>The number in a sip, sips or tel URI, in another form, and in the other kind of URI.</summary>
internal static class NumberUris
{
    private const string PhoneContext = "phone-context=";

    // RFC 3966 section 5.1.1: visual separators "merely aid readability and are not used for URI comparison or placing a call".
    private const string Separators = "-.()";

    /// <returns>The URI itself if its user is no number.</returns>
    public static string Rewrite(string text, Func<string, string> number, NumberScheme scheme, UserPhone userPhone, string host)
    {
        byte[] octets = Latin1.Octets(text);
        if (!SipUri.TryParse(octets, out SipUri uri) || uri.Scheme == UriScheme.Other || uri.User.IsEmpty)
        {
            return text;
        }

        bool tel = uri.Scheme == UriScheme.Tel;
        (string digits, string more) = Split(Latin1.Text(uri.User), tel ? Latin1.Text(uri.Parameters) : "");
        bool phone = tel || (uri.TryParameter("user"u8, out ReadOnlySpan<byte> user) && Latin1.Text(user).Equals("phone", StringComparison.OrdinalIgnoreCase));

        // RFC 3966 section 5.1.5: a local number "MUST have a 'phone-context' parameter that identifies the scope of their validity": it is a number there, not here.
        if (more.Contains(PhoneContext, StringComparison.OrdinalIgnoreCase) || Clean(digits, phone) is not { } clean)
        {
            return text;
        }

        string written = number(clean);
        bool global = written.StartsWith('+');

        // 5.1.5 again: a number that is not global cannot be a tel URI without a context. RFC 7044 section 5.1: the headers of a History-Info have no place in one;
        // nor has what a sips URI asks for.
        bool asTel = scheme switch { NumberScheme.Tel => tel || (global && uri.Headers.IsEmpty && uri.Scheme != UriScheme.Sips), NumberScheme.Sip => false, _ => tel };
        return asTel ? "tel:" + written + more
            : tel ? $"sip:{written}{more}@{host};user=phone"
            : Sip(text, uri, written + more, phone, userPhone);
    }

    private static string Sip(string text, in SipUri uri, string user, bool phone, UserPhone userPhone)
    {
        int start = text.IndexOf(':', StringComparison.Ordinal) + 1;
        string changed = text[..start] + user + text[(start + uri.User.Length)..];
        int headers = uri.Headers.IsEmpty ? changed.Length : changed.Length - uri.Headers.Length - 1;
        return (userPhone, phone) switch
        {
            (UserPhone.Add, false) => changed.Insert(headers, ";user=phone"),
            (UserPhone.Remove, true) => changed.Replace(";user=phone", "", StringComparison.OrdinalIgnoreCase),
            _ => changed,
        };
    }

    /// <summary>The number and, from its first semicolon on, the parameters of a telephone-subscriber, which a SIP URI keeps in its user part (RFC 3261 section 19.1.6).</summary>
    private static (string Number, string Parameters) Split(string user, string parameters)
    {
        int semicolon = user.IndexOf(';', StringComparison.Ordinal);
        return semicolon < 0 ? (user, parameters) : (user[..semicolon], user[semicolon..] + parameters);
    }

    /// <summary>Without escapes and visual separators; null if it is no number.</summary>
    private static string? Clean(string text, bool phone)
    {
        text = text.Replace("%2B", "+", StringComparison.OrdinalIgnoreCase);
        string digits = phone || text.StartsWith('+') ? string.Concat(text.Where(c => !Separators.Contains(c, StringComparison.Ordinal))) : text;
        ReadOnlySpan<char> rest = digits.AsSpan(digits.StartsWith('+') ? 1 : 0);
        return rest.IsEmpty || rest.ContainsAnyExceptInRange('0', '9') ? null : digits;
    }
}
