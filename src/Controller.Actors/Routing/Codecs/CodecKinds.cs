using Controller.Sip.Sdp;

namespace Controller.Actors.Routing.Codecs;

/// <summary>Payload formats that are no codecs: they stand beside one, and a stream cannot live by them alone.</summary>
internal static class CodecKinds
{
    private static readonly string[] s_repair = ["red", "ulpfec", "parityfec", "flexfec", "flexfec-03"];

    /// <summary>DTMF (RFC 4733) and comfort noise (RFC 3389): no list of codecs means to take them away.</summary>
    public static bool IsSignal(SdpFormat format) => Is(format, "telephone-event") || Is(format, "CN");

    /// <summary>RFC 4588: it goes with what it repeats.</summary>
    public static bool IsRetransmission(SdpFormat format) => Is(format, "rtx");

    public static bool IsCodec(SdpFormat format) => !IsSignal(format) && !IsRetransmission(format) && !s_repair.Any(name => Is(format, name));

    /// <summary>The payload types that it needs: RFC 4588 section 8.6 ("apt"), RFC 2198 section 5 ("red": a list of primary and secondary encodings).</summary>
    public static IEnumerable<string> Needs(SdpFormat format)
    {
        if (IsRetransmission(format))
        {
            return format.Parameters.Split(';', StringSplitOptions.TrimEntries)
                .Where(parameter => parameter.StartsWith("apt=", StringComparison.OrdinalIgnoreCase)).Select(parameter => parameter[4..].Trim());
        }

        return Is(format, "red") ? format.Parameters.Split('/', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : [];
    }

    private static bool Is(SdpFormat format, string encoding) => format.Encoding.Equals(encoding, StringComparison.OrdinalIgnoreCase);
}
