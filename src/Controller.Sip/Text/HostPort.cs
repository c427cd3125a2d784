using System.Buffers;

namespace Controller.Sip.Text;

/// <summary>hostport of RFC 3261 section 25.1: host [ ":" port ].</summary>
internal static class HostPort
{
    // An underscore is no part of a host name (RFC 1123) but of many names that stand in real messages.
    private static readonly SearchValues<byte> HostName = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._"u8);

    // RFC 5118 section 4.10: implementations "should be generous": three colons in a row pass here, and no resolver will take them.
    private static readonly SearchValues<byte> Ipv6 = SearchValues.Create("ABCDEFabcdef0123456789:."u8);

    /// <summary>Takes a host from the front of the text; an IPv6reference loses its brackets.</summary>
    public static bool TryTakeHost(scoped ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> host)
    {
        if (!text.IsEmpty && text[0] == '[')
        {
            var close = text.IndexOf((byte)']');
            host = close < 0 ? [] : text[1..close];
            text = close < 0 ? text : text[(close + 1)..];
            return host.Length > 1 && host.Contains((byte)':') && !host.ContainsAnyExcept(Ipv6);
        }

        var length = text.IndexOfAnyExcept(HostName);
        host = length < 0 ? text : text[..length];
        text = length < 0 ? [] : text[length..];
        return !host.IsEmpty;
    }

    public static bool IsIpv6(ReadOnlySpan<byte> host) => host.Contains((byte)':');
}
