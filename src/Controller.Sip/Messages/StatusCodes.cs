namespace Controller.Sip.Messages;

public static class StatusCodes
{
    /// <summary>The phrase of the IANA registry; for others, that of the class (RFC 3261 section 8.1.3.2 treats x as x00).</summary>
    public static ReadOnlySpan<byte> Phrase(int status) => throw new NotImplementedException();
}
