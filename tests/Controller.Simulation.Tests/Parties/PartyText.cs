using System.Globalization;
using System.Net;
using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Simulation.Tests.Parties;

/// <summary>What the parties write, and how they read.</summary>
internal static class PartyText
{
    /// <summary>The media address is nobody's signalling address: c= passes the controller, and nothing else may.</summary>
    public static string Session(string mark, IPEndPoint address, int version) =>
        $"v=0\r\no={mark} 7 {version} IN IP4 {address.Address}\r\ns=-\r\nc=IN IP4 10.9.9.9\r\nt=0 0\r\nm=audio {4000 + (2 * version)} RTP/AVP 0\r\n";

    public static string Value(SipMessage message, HeaderId id) => Encoding.Latin1.GetString(message.Value(id));

    public static uint Number(SipMessage message) => CSeq.TryParse(message.Value(HeaderId.CSeq), out CSeq cseq, out _) ? cseq.Number : 0;

    public static string Branch(SipMessage message) => Via.TryParse(message.Value(HeaderId.Via), out Via via) ? Encoding.Latin1.GetString(via.Branch) : "";

    /// <summary>
    /// RFC 3261 section 17.2.3: what makes a server transaction is the branch and "the sent-by value in the top Via": two parties may choose the same branch. In the
    /// words of the journal.
    /// </summary>
    public static string ServerKey(SipMessage message) =>
        Via.TryParse(message.Value(HeaderId.Via), out Via via) ? $"{Encoding.Latin1.GetString(via.Branch)};{Encoding.Latin1.GetString(via.Host).ToLowerInvariant()}:{via.Port}" : "";

    public static string Tag(SipMessage message, HeaderId id) => NameAddr.TryParse(message.Value(id), out NameAddr party) ? Encoding.Latin1.GetString(party.Tag) : "";

    public static string Uri(SipMessage message, HeaderId id) => NameAddr.TryParse(message.Value(id), out NameAddr address) ? Encoding.Latin1.GetString(address.Uri) : "";

    /// <summary>RFC 3262 section 3: a provisional response with an RSeq is sent reliably.</summary>
    public static uint RSeq(SipMessage response) => uint.TryParse(response.Value(HeaderId.RSeq), NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : 0;

    public static bool Lists(SipMessage message, HeaderId id, string what)
    {
        foreach (ReadOnlySpan<byte> value in message.Values(id))
        {
            if (Ascii.EqualsIgnoreCase(value, what))
            {
                return true;
            }
        }

        return false;
    }

    public static byte[] Finish(string head, string? session) => Encoding.Latin1.GetBytes(
        session is null ? head + "Content-Length: 0\r\n\r\n" : $"{head}Content-Type: application/sdp\r\nContent-Length: {session.Length}\r\n\r\n{session}");

    public static byte[] Response(SipMessage request, int status, string toTag, string contact, string mark, string? session, string extra = "")
    {
        string to = Value(request, HeaderId.To);
        string tag = status > 100 && toTag.Length > 0 && Tag(request, HeaderId.To).Length == 0 ? ";tag=" + toTag : "";
        string reach = status is > 100 and < 400 ? $"Contact: <{contact}>\r\n" : "";
        return Finish($"SIP/2.0 {status} Whatever\r\nVia: {Value(request, HeaderId.Via)}\r\nFrom: {Value(request, HeaderId.From)}\r\nTo: {to}{tag}\r\n"
            + $"Call-ID: {Value(request, HeaderId.CallId)}\r\nCSeq: {Value(request, HeaderId.CSeq)}\r\n{reach}Server: {mark}\r\n{extra}", session);
    }
}
