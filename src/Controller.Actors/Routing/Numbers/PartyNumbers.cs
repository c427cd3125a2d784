using System.Text;
using Controller.Actors.Calls;
using Controller.Sip.Headers;

namespace Controller.Actors.Routing.Numbers;

/// <summary>The URI within the values of a header line that names parties.</summary>
internal static class PartyNumbers
{
    /// <summary>Header fields that name parties of the call, apart from From and To.</summary>
    public static readonly string[] Headers = ["P-Asserted-Identity", "P-Preferred-Identity", "Remote-Party-ID", "Diversion", "History-Info"];

    /// <summary>Each of the comma-separated values.</summary>
    public static string Line(string line, Func<string, string> rewrite)
    {
        var text = new StringBuilder();
        for (int at = 0, length; at < line.Length; at += length + 1)
        {
            length = FirstLength(line.AsSpan(at));
            text.Append(text.Length == 0 ? "" : ", ").Append(Value(line.Substring(at, length).Trim(), rewrite));
        }

        return text.ToString();
    }

    /// <summary>One value; what cannot be read stays.</summary>
    public static string Value(string value, Func<string, string> rewrite)
    {
        if (!NameAddr.TryParse(Latin1.Octets(value), out NameAddr party))
        {
            return value;
        }

        string before = Latin1.Text(party.Uri);
        string after = rewrite(before);
        if (after == before)
        {
            return value;
        }

        // RFC 3261 section 20: "If the URI contains a comma, question mark or semicolon, the URI MUST be enclosed in angle brackets (< and >)."
        string display = party.DisplayName.IsEmpty ? "" : Latin1.Text(party.DisplayName) + " ";
        return $"{display}<{after}>{Latin1.Text(party.Parameters)}";
    }

    /// <summary>Up to the first comma outside quotes and angle brackets.</summary>
    private static int FirstLength(ReadOnlySpan<char> text)
    {
        bool quoted = false, inside = false;
        for (int i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\' when quoted:
                    i++;
                    break;
                case '"' when !inside:
                    quoted = !quoted;
                    break;
                case '<' or '>' when !quoted:
                    inside = text[i] == '<';
                    break;
                case ',' when !quoted && !inside:
                    return i;
            }
        }

        return text.Length;
    }
}
