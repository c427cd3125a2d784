using Controller.Sip.Text;

namespace Controller.Sip.Headers;

/// <summary>Subscription-State: substate-value *( SEMI subexp-params ), RFC 6665 section 8.4.</summary>
public readonly record struct SubscriptionStateValue(bool IsTerminated, int? Expires)
{
    /// <summary>What cannot be read is a state that goes on, for as long as was granted before.</summary>
    public static SubscriptionStateValue Parse(ReadOnlySpan<byte> value)
    {
        int end = value.IndexOf((byte)';');
        ReadOnlySpan<byte> state = Octets.Trim(end < 0 ? value : value[..end]);
        bool timed = end >= 0 & Parameters.TryFind(end < 0 ? default : value[end..], "expires"u8, out ReadOnlySpan<byte> text);
        return new(
            Octets.EqualIgnoreCase(state, "terminated"u8),
            timed && Octets.TryNumber(text, out long seconds) ? (int)Math.Min(seconds, int.MaxValue) : null);
    }
}
