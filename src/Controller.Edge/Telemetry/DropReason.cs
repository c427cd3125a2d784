namespace Controller.Edge.Telemetry;

/// <summary>Why something that arrived was left without an answer and without an actor. Counted under its name; append only.</summary>
internal enum DropReason : byte
{
    /// <summary>CRLFs on a datagram transport: no error.</summary>
    KeepAlive,
    TooShort,
    Stun,
    NotSip,

    /// <summary>An ACK that would have been refused if it were another request.</summary>
    Unanswerable,

    /// <summary>The ACK to an answer that we gave without state.</summary>
    AckOfStatelessAnswer,

    /// <summary>A response whose top Via is none of ours.</summary>
    ForeignResponse,

    /// <summary>The actors take no more work.</summary>
    Overload,

    /// <summary>A defect of ours: the message was dropped, the thread went on.</summary>
    Fault,
}
