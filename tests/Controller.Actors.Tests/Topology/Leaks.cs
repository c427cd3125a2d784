namespace Controller.Actors.Tests.Topology;

/// <summary>Whether anything in a message names the side that it does not go to.</summary>
internal static class Leaks
{
    /// <summary>
    /// The exception, as in SdpHiding: the media flow past us, so the lines that say where to may hold an address of the other side's network — and nothing
    /// else that is its.
    /// </summary>
    private static readonly string[] MediaAddresses = ["c=", "m=", "a=rtcp:", "a=candidate:"];

    /// <returns>The line that names it; null if none does.</returns>
    public static string? Find(string message, Side other)
    {
        if (Line(message, other.Mark, media: false) is { } marked)
        {
            return marked;
        }

        foreach (string network in (string[])[other.Network, other.Network6, other.OurHost])
        {
            if (Line(message, network, media: true) is { } named)
            {
                return named;
            }
        }

        foreach (string given in other.Given)
        {
            if (Line(message, given, media: false) is { } named)
            {
                return named;
            }
        }

        return null;
    }

    private static string? Line(string message, string name, bool media)
    {
        for (int at = -1; (at = message.IndexOf(name, at + 1, StringComparison.Ordinal)) >= 0;)
        {
            int start = message.LastIndexOf('\n', at) + 1;
            if (!media || !MediaAddresses.Any(prefix => string.CompareOrdinal(message, start, prefix, 0, prefix.Length) == 0))
            {
                int end = message.IndexOf('\n', at);
                return message[start..(end < 0 ? message.Length : end)].Trim();
            }
        }

        return null;
    }
}
