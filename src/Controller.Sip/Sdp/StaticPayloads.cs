namespace Controller.Sip.Sdp;

/// <summary>Payload types that need no rtpmap: RFC 3551 section 6, tables 4 and 5.</summary>
internal static class StaticPayloads
{
    /// <returns>Encoding name and clock rate; null if the number has no fixed meaning.</returns>
    public static (string Encoding, int ClockRate)? Of(string payload) => payload switch
    {
        "0" => ("PCMU", 8000),
        "3" => ("GSM", 8000),
        "4" => ("G723", 8000),
        "5" => ("DVI4", 8000),
        "6" => ("DVI4", 16000),
        "7" => ("LPC", 8000),
        "8" => ("PCMA", 8000),

        // Section 4.5.2: "Even though the actual sampling rate for G.722 audio is 16,000 Hz, the RTP clock rate for the G722 payload format is 8,000 Hz".
        "9" => ("G722", 8000),
        "10" or "11" => ("L16", 44100),
        "12" => ("QCELP", 8000),
        "13" => ("CN", 8000),
        "14" => ("MPA", 90000),
        "15" => ("G728", 8000),
        "16" => ("DVI4", 11025),
        "17" => ("DVI4", 22050),
        "18" => ("G729", 8000),
        "25" => ("CelB", 90000),
        "26" => ("JPEG", 90000),
        "28" => ("nv", 90000),
        "31" => ("H261", 90000),
        "32" => ("MPV", 90000),
        "33" => ("MP2T", 90000),
        "34" => ("H263", 90000),
        _ => null,
    };
}
