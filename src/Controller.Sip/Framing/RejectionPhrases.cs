namespace Controller.Sip.Framing;

/// <summary>What the sender of a refused request gets to read: enough to find the fault, nothing of ours.</summary>
internal static class RejectionPhrases
{
    public static string For(RejectionReason reason) => reason switch
    {
        RejectionReason.None => "OK",
        RejectionReason.Version => "Version Not Supported",
        RejectionReason.BodyTooLarge => "Request Entity Too Large",
        RejectionReason.HeadersTooLarge => "Message Too Large",
        RejectionReason.TooManyHeaders => "Message Too Large (Too Many Header Fields)",
        RejectionReason.Empty => "Bad Request (Empty)",
        RejectionReason.StartLine => "Bad Request (Start Line)",
        RejectionReason.RequestUri => "Bad Request (Request-URI)",
        RejectionReason.HeaderSyntax => "Bad Request (Header Syntax)",
        RejectionReason.ContentLength => "Bad Request (Content-Length)",
        RejectionReason.MultipleContentLength => "Bad Request (Several Content-Lengths)",
        RejectionReason.Truncated => "Bad Request (Message Ends Early)",
        RejectionReason.MissingVia => "Bad Request (Missing Via)",
        RejectionReason.MissingFrom => "Bad Request (Missing From)",
        RejectionReason.MissingTo => "Bad Request (Missing To)",
        RejectionReason.MissingCallId => "Bad Request (Missing Call-ID)",
        RejectionReason.MissingCSeq => "Bad Request (Missing CSeq)",
        RejectionReason.DuplicateHeader => "Bad Request (Duplicate Header)",
        RejectionReason.Via => "Bad Request (Via)",
        RejectionReason.From => "Bad Request (From)",
        RejectionReason.To => "Bad Request (To)",
        RejectionReason.CallId => "Bad Request (Call-ID)",
        RejectionReason.CSeq => "Bad Request (CSeq)",
        RejectionReason.CSeqMethod => "Bad Request (CSeq Method)",
        RejectionReason.Contact => "Bad Request (Contact)",
        RejectionReason.MaxForwards => "Bad Request (Max-Forwards)",
        RejectionReason.Route => "Bad Request (Route)",
        RejectionReason.RecordRoute => "Bad Request (Record-Route)",
        RejectionReason.Branch => "Bad Request (Missing Transaction ID)",
        RejectionReason.SeveralVias => "Bad Request (Several Vias)",
        _ => "Bad Request",
    };
}
