using System.Globalization;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls;

/// <summary>RFC 3261 section 20.33: <c>delta-seconds [ comment ] *( SEMI retry-param )</c>.</summary>
internal static class RetryAfter
{
    /// <summary>Null if the response has none, or one that cannot be read.</summary>
    public static int? Seconds(SipMessage response)
    {
        ReadOnlySpan<byte> value = response.Value(HeaderId.RetryAfter);
        int end = value.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return int.TryParse(end < 0 ? value : value[..end], NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) ? seconds : null;
    }
}
