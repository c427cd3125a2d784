using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Text;

namespace Controller.Sip.Topology;

/// <summary>
/// A header value without what names the side that it came from. The one rule: a parameter that names it is left out, a value that still names it is left
/// out whole. Of a header that has no row in the catalogue nothing is known of its parts: it is left out whole.
/// </summary>
public static class HeaderHiding
{
    /// <summary>Writes the line, or what may be told of it, or nothing.</summary>
    public static void Write(SipWriter into, SipMessage from, HeaderLine line, TopologyHiding hiding)
    {
        var value = from.Value(line);
        if (!hiding.Names(value))
        {
            into.Header(from.Name(line), value);
        }
        else if (line.Id != HeaderId.Unknown)
        {
            WriteTold(into, from, line, hiding);
        }
    }

    private static void WriteTold(SipWriter into, SipMessage from, HeaderLine line, TopologyHiding hiding) => Rewrite(into, from, line, each => Told(each, hiding));

    /// <summary>Writes the line with each of its values rewritten; null leaves a value out, and a line of which nothing is left is not written.</summary>
    public static void Rewrite(SipWriter into, SipMessage from, HeaderLine line, ValueRewriter rewrite)
    {
        var list = HeaderCatalogue.Row(line.Id).List;
        var any = false;
        for (var rest = from.Value(line); !rest.IsEmpty;)
        {
            var length = list ? Lists.FirstLength(rest) : rest.Length;
            if (rewrite(Octets.Trim(rest[..length])) is { } told)
            {
                into = any ? into.Append(", "u8) : into.Append(from.Name(line)).Append(": "u8);
                into.Append(told);
                any = true;
            }

            rest = length < rest.Length ? rest[(length + 1)..] : default;
        }

        if (any)
        {
            into.HeaderEnd();
        }
    }

    /// <summary>What of one value may be told; null if nothing.</summary>
    public static byte[]? Told(ReadOnlySpan<byte> value, TopologyHiding hiding)
    {
        var kept = new List<byte>(value.Length);
        for (var rest = value; !rest.IsEmpty;)
        {
            var length = FirstPart(rest);
            var part = rest[..length];
            if (!hiding.Names(part))
            {
                // What comes first is no parameter; without it the others say nothing, unless they stand for themselves (P-Charging-Vector).
                kept.AddRange(kept.Count == 0 ? Octets.Trim(part) : [(byte)';', .. Octets.Trim(part)]);
            }
            else if (rest.Length == value.Length && !part.Contains((byte)'='))
            {
                return null;
            }

            rest = length < rest.Length ? rest[(length + 1)..] : default;
        }

        return kept.Count == 0 || hiding.Names(kept.ToArray()) ? null : [.. kept];
    }

    /// <summary>Octets before the first ";" outside quotes and &lt;&gt;.</summary>
    private static int FirstPart(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var skipped = text[i] switch
            {
                (byte)';' => 0,
                (byte)'"' => Octets.QuotedLength(text[i..]),
                (byte)'<' => text[i..].IndexOf((byte)'>') + 1,
                _ => 1,
            };
            if (skipped <= 0)
            {
                return text[i] == ';' ? i : text.Length;
            }

            i += skipped - 1;
        }

        return text.Length;
    }
}

/// <summary>One value of a header, rewritten; null to leave it out.</summary>
public delegate byte[]? ValueRewriter(ReadOnlySpan<byte> value);
