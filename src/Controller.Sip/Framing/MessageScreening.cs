using Controller.Sip.Messages;

namespace Controller.Sip.Framing;

/// <summary>What RFC 3261 sections 8.1.1 and 16.3 and RFC 4475 want refused in a message that was framed.</summary>
public static class MessageScreening
{
    public static RejectionReason Check(SipMessage message) => throw new NotImplementedException();

    /// <summary>400, 413, 505 …; 0: no answer.</summary>
    public static int StatusFor(RejectionReason reason) => throw new NotImplementedException();

    /// <summary>For the status line of the refusal, "Bad Request (CSeq)".</summary>
    public static string Phrase(RejectionReason reason) => throw new NotImplementedException();

    /// <summary>True if a refusal of this can be written and sent: a request, not an ACK, with a top Via that parses.</summary>
    public static bool MayAnswer(SipMessage message) => throw new NotImplementedException();
}
