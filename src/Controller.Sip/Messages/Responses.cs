using System.Net;
using Controller.Sip.Transport;

namespace Controller.Sip.Messages;

public static class Responses
{
    /// <summary>
    /// A response to <paramref name="request"/> as RFC 3261 section 8.2.6: status line, all Vias (the top one with received and rport as in
    /// section 18.2.1 and RFC 3581), From, To (with <paramref name="toTag"/> if given and none is there), Call-ID, CSeq, and Record-Route in
    /// a 1xx (not 100) or 2xx to a request that forms a dialog.
    /// </summary>
    public static SipWriter Begin(SipMessage request, int status, ReadOnlySpan<byte> reason, IPEndPoint source, string? toTag) => throw new NotImplementedException();

    /// <summary>The same, into a writer of the caller's, which is reset first: nothing is allocated.</summary>
    public static SipWriter Begin(SipWriter into, SipMessage request, int status, ReadOnlySpan<byte> reason, IPEndPoint source, string? toTag) => throw new NotImplementedException();

    /// <summary>Where the response goes: RFC 3261 section 18.2.2, RFC 3581 section 4.</summary>
    public static Flow Destination(SipMessage request, Flow arrivedOn) => throw new NotImplementedException();
}
