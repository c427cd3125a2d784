namespace Controller.Sip.Messages;

/// <summary>RFC 3261 sections 8.2.1 to 8.2.3 and 16.3, over a message that is well formed.</summary>
public static class RequestScreening
{
    /// <summary>The status to answer with, or 0: go on. Never answers an ACK.</summary>
    /// <param name="unsupported">The value for Unsupported with 420, else empty.</param>
    public static int Answer(SipMessage request, RequestRules rules, out string unsupported) => throw new NotImplementedException();
}
