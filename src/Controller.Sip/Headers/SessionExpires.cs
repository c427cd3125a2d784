using Controller.Sip.Text;

namespace Controller.Sip.Headers;

/// <summary>Who sends the refreshes, seen from the request: its client or its server. RFC 4028 section 4.</summary>
public enum Refresher : byte
{
    Unspecified = 0,
    Uac = 1,
    Uas = 2,
}

/// <summary>Session-Expires, RFC 4028 section 4: <c>delta-seconds *( SEMI se-params )</c>, of which one is <c>refresher=uac|uas</c>.</summary>
/// <param name="Seconds">The session interval; a number beyond 31 bits is read as the largest.</param>
public readonly record struct SessionExpires(int Seconds, Refresher Refresher)
{
    public static bool TryParse(ReadOnlySpan<byte> value, out SessionExpires parsed)
    {
        parsed = default;
        int semicolon = value.IndexOf((byte)';');
        if (!TrySeconds(semicolon < 0 ? value : value[..semicolon], out int seconds))
        {
            return false;
        }

        var refresher = Refresher.Unspecified;
        var parameters = new Parameters(semicolon < 0 ? default : value[semicolon..]);
        while (parameters.Next())
        {
            if (Octets.EqualIgnoreCase(parameters.Name, "refresher"u8))
            {
                refresher = Octets.EqualIgnoreCase(parameters.Value, "uac"u8) ? Refresher.Uac
                    : Octets.EqualIgnoreCase(parameters.Value, "uas"u8) ? Refresher.Uas
                    : Refresher.Unspecified;
            }
        }

        parsed = new SessionExpires(seconds, refresher);
        return true;
    }

    /// <summary>Min-SE, RFC 4028 section 5: <c>delta-seconds *( SEMI generic-param )</c>.</summary>
    public static bool TryParseMinimum(ReadOnlySpan<byte> value, out int seconds)
    {
        int semicolon = value.IndexOf((byte)';');
        return TrySeconds(semicolon < 0 ? value : value[..semicolon], out seconds);
    }

    private static bool TrySeconds(ReadOnlySpan<byte> text, out int seconds)
    {
        seconds = 0;
        if (!Octets.TryNumber(Octets.Trim(text), out long number))
        {
            return false;
        }

        seconds = (int)Math.Min(number, int.MaxValue);
        return true;
    }
}
