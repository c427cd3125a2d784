namespace Controller.Sip.Sdp;

/// <summary>
/// Whether a text is a session description at all. As liberal as can be: lines may be missing, unknown, out of order or blank, and end in LF alone; what is
/// asked for is what nobody could do without, and what topology hiding needs to see each line.
/// </summary>
public static class SdpSyntax
{
    /// <returns>False if it does not begin with "v=0", a carriage return stands within a line, or a stream has no port, no protocol or no format.</returns>
    public static bool IsReadable(ReadOnlySpan<byte> sdp)
    {
        var begun = false;
        while (!sdp.IsEmpty)
        {
            var end = sdp.IndexOf((byte)'\n');
            var line = (end < 0 ? sdp : sdp[..end]).TrimEnd((byte)'\r');
            sdp = end < 0 ? default : sdp[(end + 1)..];
            if (line.IsEmpty)
            {
                continue;
            }

            // RFC 8866 section 9: proto-version is the first line, and section 5.1: "This memo defines version 0."
            if (!begun && !line.StartsWith("v=0"u8))
            {
                return false;
            }

            begun = true;

            // Section 5: CRLF, or LF, ends a line: what stands behind another sign is neither seen nor hidden. (A NUL at the very end is some writer's string.)
            if (line.Contains((byte)'\r') || line.TrimEnd((byte)0).Contains((byte)0) || (line.StartsWith("m="u8) && !SdpSection.IsComplete(line[2..])))
            {
                return false;
            }
        }

        return begun;
    }
}
