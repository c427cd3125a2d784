namespace Controller.Sip.Framing;

/// <summary>Byte budgets of one message.</summary>
public sealed record SipLimits
{
    /// <summary>Start line and header fields with the empty line.</summary>
    public int MaxHeaderBytes { get; init; } = 32768;
    public int MaxBodyBytes { get; init; } = 65536;
    public int MaxHeaders { get; init; } = 256;

    public static SipLimits Default { get; } = new();
}
