using System.Collections.Immutable;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Routing.Refusals;
using Controller.Sip.Text;

namespace Controller.Actors.Routing.Causes;

/// <summary>One row of a table of the ISUP causes (ITU-T Q.850) with which calls are ended, as Reason of a BYE or a CANCEL carries them (RFC 3326).</summary>
/// <param name="Cause">0: any.</param>
public sealed record CauseRule(int Cause, int ToCause)
{
    /// <summary>The first row that matches decides; none: as it was.</summary>
    public static int Map(ImmutableArray<CauseRule> rules, int cause) => rules.FirstOrDefault(rule => rule.Cause == 0 || rule.Cause == cause)?.ToCause ?? cause;

    /// <summary>
    /// The value of a Reason header with other causes. What it says of another protocol stays; the words that explain a cause go with it (RFC 3326 section 2:
    /// reason-text belongs to its reason-value).
    /// </summary>
    public static string Map(ImmutableArray<CauseRule> rules, string line)
    {
        if (rules.IsEmpty)
        {
            return line;
        }

        List<string> values = Values(line);
        bool isChanged = false;
        for (int i = 0; i < values.Count; i++)
        {
            if (Refusal.IsCause(values[i], out int cause) && Map(rules, cause) is var other && other != cause)
            {
                values[i] = Reasons.OfCause(other);
                isChanged = true;
            }
        }

        return isChanged ? string.Join(", ", values) : line;
    }

    /// <summary>reason-value *(COMMA reason-value).</summary>
    private static List<string> Values(string line)
    {
        var values = new List<string>();
        byte[] octets = Latin1.Octets(line);
        for (int start = 0; start <= octets.Length;)
        {
            int length = Lists.FirstLength(octets.AsSpan(start));
            values.Add(Latin1.Text(octets.AsSpan(start, length)).Trim());
            start += length + 1;
        }

        return values;
    }
}
