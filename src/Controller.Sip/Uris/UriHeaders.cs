using System.Text;
using Controller.Sip.Text;

namespace Controller.Sip.Uris;

/// <summary>
/// Reads headers = "?" header *( "&amp;" header ) of RFC 3261 section 25.1: what a request made from the URI is to carry (section 19.1.5),
/// as Refer-To uses it for Replaces. Names and values come unescaped.
/// </summary>
public ref struct UriHeaders(ReadOnlySpan<byte> headers)
{
    private ReadOnlySpan<byte> _rest = headers;

    public ReadOnlySpan<byte> Name { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    public bool Next()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }

        var end = _rest.IndexOf((byte)'&');
        var one = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? [] : _rest[(end + 1)..];
        var equals = one.IndexOf((byte)'=');
        Name = Unescaped(equals < 0 ? one : one[..equals]);
        Value = Unescaped(equals < 0 ? [] : one[(equals + 1)..]);
        return true;
    }

    /// <summary>hvalue: everything that may not stand there as it is comes escaped.</summary>
    public static string Escape(ReadOnlySpan<byte> value)
    {
        var text = new StringBuilder(value.Length + 16);
        foreach (var octet in value)
        {
            // hnv-unreserved / unreserved, less what some parsers split at.
            if (char.IsAsciiLetterOrDigit((char)octet) || "-_.!~*'()"u8.Contains(octet))
            {
                text.Append((char)octet);
            }
            else
            {
                text.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return text.ToString();
    }

    private static byte[] Unescaped(ReadOnlySpan<byte> text)
    {
        var plain = new byte[text.Length];
        return plain[..Escapes.Unescape(text, plain)];
    }
}
