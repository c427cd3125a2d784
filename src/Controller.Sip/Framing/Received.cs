using System.Runtime.InteropServices;

namespace Controller.Sip.Framing;

/// <summary>Octets as they come from a transport.</summary>
internal static class Received
{
    /// <summary>The array behind the memory; a copy if there is none (memory of unmanaged origin).</summary>
    public static ArraySegment<byte> Segment(Memory<byte> memory) =>
        MemoryMarshal.TryGetArray<byte>(memory, out var segment) && segment.Array is not null ? segment : new ArraySegment<byte>(memory.ToArray());

    /// <summary>
    /// RFC 3261 section 7.5: "Implementations processing SIP messages over stream-oriented transports MUST ignore any CRLF appearing
    /// before the start-line." On datagrams they are as harmless.
    /// </summary>
    public static int LeadingLineEnds(ReadOnlySpan<byte> text)
    {
        var count = 0;
        while (count + 1 < text.Length && text[count] == '\r' && text[count + 1] == '\n')
        {
            count += 2;
        }

        return count;
    }
}
