namespace Controller.Sip.Framing;

/// <summary>Why a message was refused. Append only: they are counted and logged.</summary>
public enum RejectionReason : byte
{
    None = 0,

    /// <summary>Nothing but CRLFs: a keep-alive on a datagram transport. No error.</summary>
    Empty,
    StartLine,
    RequestUri,
    Version,
    HeaderSyntax,
    HeadersTooLarge,
    BodyTooLarge,
    TooManyHeaders,
    ContentLength,
    MultipleContentLength,

    /// <summary>The datagram ends before the empty line or before Content-Length octets of body.</summary>
    Truncated,
    MissingVia,
    MissingFrom,
    MissingTo,
    MissingCallId,
    MissingCSeq,

    /// <summary>A header field that may stand once stands twice.</summary>
    DuplicateHeader,
    Via,
    From,
    To,
    CallId,
    CSeq,

    /// <summary>The method of CSeq is not that of the request line.</summary>
    CSeqMethod,
    Contact,
    MaxForwards,
    Route,
    RecordRoute,

    /// <summary>branch=z9hG4bK with nothing behind it.</summary>
    Branch,

    /// <summary>A response with a Via below ours: it is not for us.</summary>
    SeveralVias,
}
