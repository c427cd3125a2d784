namespace Controller.Edge.Telemetry;

/// <summary>Why something that arrived was left without an answer and without an actor. Counted under its name; append only.</summary>
internal enum DropReason : byte
{
    /// <summary>CRLFs on a datagram transport: no error.</summary>
    KeepAlive,
    TooShort,
    Stun,
    NotSip,

    /// <summary>A response that RFC 3261 or RFC 4475 wants discarded as malformed.</summary>
    MalformedResponse,

    /// <summary>A malformed request that cannot be answered: an ACK, or no Via that leads back.</summary>
    Unanswerable,

    /// <summary>The ACK to an answer that we gave without state.</summary>
    AckOfStatelessAnswer,

    /// <summary>A response whose top Via is none of ours.</summary>
    ForeignResponse,

    /// <summary>A response with a Via below ours: RFC 3261 section 8.1.3.3.</summary>
    ExtraVia,

    /// <summary>The actors take no more work.</summary>
    Overload,

    /// <summary>A defect of ours: the message was dropped, the thread went on.</summary>
    Fault,
}
