namespace Controller.Actors.Registrations;

/// <summary>delta-seconds of RFC 3261 section 25.1 as a registrar reads them.</summary>
internal static class DeltaSeconds
{
    /// <summary>
    /// RFC 3261 section 10.2.1.1: "[...] values larger than this [2**32-1] MUST be treated as equal to 2**32-1. Malformed values SHOULD be
    /// treated as equivalent to 3600."
    /// </summary>
    public static uint Parse(ReadOnlySpan<byte> text)
    {
        ulong value = 0;
        foreach (byte digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
            {
                return 3600;
            }

            value = Math.Min((value * 10) + (ulong)(digit - '0'), uint.MaxValue);
        }

        return text.IsEmpty ? 3600 : (uint)value;
    }
}
