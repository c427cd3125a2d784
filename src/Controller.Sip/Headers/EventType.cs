using Controller.Sip.Text;

namespace Controller.Sip.Headers;

/// <summary>Event: event-type *( SEMI event-param ), RFC 6665 section 8.4.</summary>
public static class EventType
{
    /// <summary>Up to the first parameter, templates included: "presence.winfo". RFC 6665 section 8.2.1: "Event types … are case-sensitive".</summary>
    public static ReadOnlySpan<byte> Package(ReadOnlySpan<byte> value)
    {
        int end = value.IndexOf((byte)';');
        return Octets.Trim(end < 0 ? value : value[..end]);
    }

    /// <summary>The id parameter, which tells subscriptions of one package in one dialog apart; empty if there is none.</summary>
    public static ReadOnlySpan<byte> Id(ReadOnlySpan<byte> value)
    {
        int end = value.IndexOf((byte)';');
        return end >= 0 && Parameters.TryFind(value[end..], "id"u8, out ReadOnlySpan<byte> id) ? id : default;
    }
}
