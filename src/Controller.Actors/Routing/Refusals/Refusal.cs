using Controller.Actors.Calls;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Routing.Refusals;

/// <summary>Why a call was refused, as the two networks say it.</summary>
/// <param name="Status">Of SIP.</param>
/// <param name="Cause">Of ISUP (ITU-T Q.850), as the Reason header field carries it (RFC 3326); 0: none is said.</param>
public readonly record struct Refusal(int Status, int Cause)
{
    /// <summary>Protocol of a Reason that is a cause of Q.850 (RFC 3326 section 2).</summary>
    public const string Protocol = "Q.850";

    public static Refusal Of(SipMessage response)
    {
        foreach (ReadOnlySpan<byte> value in response.Values(HeaderId.Reason))
        {
            if (IsCause(Latin1.Text(value), out int cause))
            {
                return new Refusal(response.StatusCode, cause);
            }
        }

        return new Refusal(response.StatusCode, 0);
    }

    /// <summary>Reason = "Reason" HCOLON reason-value *(COMMA reason-value); reason-value = protocol *(SEMI reason-params).</summary>
    public static bool IsCause(string reason, out int cause)
    {
        cause = 0;
        string[] parts = reason.Split(';', StringSplitOptions.TrimEntries);
        if (!parts[0].Equals(Protocol, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        foreach (string part in parts.Skip(1))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && part[..equals].TrimEnd().Equals("cause", StringComparison.OrdinalIgnoreCase))
            {
                return int.TryParse(part.AsSpan(equals + 1), System.Globalization.NumberStyles.AllowLeadingWhite, System.Globalization.CultureInfo.InvariantCulture, out cause);
            }
        }

        return false;
    }
}
