using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls.Rendering;

/// <summary>The privacy that a message, or one value of it, asks for: RFC 3323 section 4.2, RFC 3325 section 9.3, RFC 7044 section 10.1, RFC 5806 section 4.</summary>
internal static class Privacy
{
    /// <summary>RFC 3325 section 7: if Privacy is "none", "the proxy MUST NOT remove the P-Asserted-Identity header field".</summary>
    public static bool IsWaived(SipMessage message) => Has(message, "none");

    /// <summary>RFC 3323 section 4.2: "user: … request that privacy services provide a user-level privacy function".</summary>
    public static bool OfUser(SipMessage message) => Has(message, "user");

    /// <summary>RFC 7044 section 10.1.2: entries are anonymised where "header", "session", "user", "id" or "history" is asked for the message.</summary>
    public static bool IsAsked(SipMessage message) =>
        Has(message, "header") || Has(message, "session") || Has(message, "user") || Has(message, "id") || Has(message, "history");

    /// <summary>For one entry: "?Privacy=history" in a History-Info, ";privacy=full" in a Diversion.</summary>
    public static bool IsAskedFor(ReadOnlySpan<byte> value)
    {
        string text = Latin1.Text(value);
        int at = text.IndexOf("privacy=", StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return false;
        }

        ReadOnlySpan<char> asked = text.AsSpan(at + "privacy=".Length).TrimStart('"');
        return !asked.StartsWith("off", StringComparison.OrdinalIgnoreCase) && !asked.StartsWith("none", StringComparison.OrdinalIgnoreCase);
    }

    // Privacy-hdr = "Privacy" HCOLON priv-value *(";" priv-value)
    private static bool Has(SipMessage message, string asked)
    {
        for (int i = 0; i < message.HeaderCount; i++)
        {
            HeaderLine line = message.Header(i);
            if (line.Id == HeaderId.Privacy
                && Encoding.Latin1.GetString(message.Value(line)).Split(';', ',').Any(value => value.Trim().Equals(asked, StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }
}
