using Controller.Sip.Headers;

namespace Controller.Sip.Messages;

/// <summary>
/// A message that <see cref="SipWriter"/> has written, looked into without an index over it: no line of it is folded, and names stand in the spelling of the
/// <see cref="HeaderCatalogue"/>. (What was received is read through <see cref="SipMessage"/>.)
/// </summary>
public static class WrittenMessage
{
    /// <summary>The first line's value; empty if absent.</summary>
    public static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> message, HeaderId id)
    {
        var name = HeaderCatalogue.Row(id).Utf8Name;
        int end = message.IndexOf("\r\n\r\n"u8);
        var head = end < 0 ? message : message[..end];
        for (int at; (at = head.IndexOf(name)) >= 0; head = head[(at + name.Length)..])
        {
            var value = head[(at + name.Length)..];
            if (at > 0 && head[at - 1] == '\n' && value.StartsWith(": "u8))
            {
                end = value.IndexOf((byte)'\r');
                return end < 0 ? value[2..] : value[2..end];
            }
        }

        return default;
    }
}
