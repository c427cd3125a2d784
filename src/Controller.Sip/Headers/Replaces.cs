using Controller.Sip.Text;

namespace Controller.Sip.Headers;

/// <summary>The dialog that an INVITE is to replace: RFC 3891 section 6.1. Spans into the message.</summary>
public readonly ref struct Replaces
{
    public ReadOnlySpan<byte> CallId { get; private init; }

    /// <summary>The local tag of whoever is asked to let the dialog be replaced.</summary>
    public ReadOnlySpan<byte> ToTag { get; private init; }

    /// <summary>The remote tag of whoever is asked.</summary>
    public ReadOnlySpan<byte> FromTag { get; private init; }

    /// <summary>Only while the dialog has not been answered.</summary>
    public bool EarlyOnly { get; private init; }

    /// <summary>Section 6.1: "A Replaces header field MUST contain exactly one to-tag and exactly one from-tag".</summary>
    public static bool TryParse(ReadOnlySpan<byte> value, out Replaces replaces)
    {
        replaces = default;
        var text = Octets.Trim(value);
        var semicolon = text.IndexOf((byte)';');
        var callId = Octets.Trim(semicolon < 0 ? text : text[..semicolon]);
        if (semicolon < 0 || callId.IsEmpty || callId.ContainsAny(" \t,"u8))
        {
            return false;
        }

        ReadOnlySpan<byte> to = default, from = default;
        int tos = 0, froms = 0;
        var early = false;
        var parameters = new Parameters(text[semicolon..]);
        while (parameters.Next())
        {
            if (Octets.EqualIgnoreCase(parameters.Name, "to-tag"u8))
            {
                to = parameters.Value;
                tos++;
            }
            else if (Octets.EqualIgnoreCase(parameters.Name, "from-tag"u8))
            {
                from = parameters.Value;
                froms++;
            }
            else
            {
                early |= Octets.EqualIgnoreCase(parameters.Name, "early-only"u8);
            }
        }

        replaces = new Replaces { CallId = callId, ToTag = to, FromTag = from, EarlyOnly = early };
        return !parameters.Malformed && tos == 1 && froms == 1 && Octets.IsToken(to) && Octets.IsToken(from);
    }

    /// <summary>The value of a Replaces header field.</summary>
    public static string Write(string callId, string toTag, string fromTag, bool earlyOnly) =>
        $"{callId};to-tag={toTag};from-tag={fromTag}{(earlyOnly ? ";early-only" : "")}";
}
