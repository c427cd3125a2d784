namespace Controller.Sip.Framing;

public enum ParseOutcome : byte
{
    /// <summary>One whole message is indexed.</summary>
    Done,

    /// <summary>Not enough octets yet. Nothing was indexed.</summary>
    NeedMore,

    /// <summary>Not a message. What could be indexed is indexed, so that it may be answered.</summary>
    Rejected,
}
