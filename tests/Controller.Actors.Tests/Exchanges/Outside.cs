using Controller.Actors.Calls;
using Controller.Actors.Exchanges;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Actors.Tests.Calls;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Exchanges;

internal sealed class ExchangeDriver(ControllerSettings? settings = null, SipTransport transport = SipTransport.Udp)
    : ForwardingDriver<Exchange, ExchangeState, ExchangeEvent>(ActorKinds.Exchange, new ExchangeEventCodec(), settings, transport);

/// <summary>Requests outside a dialog and their answers, as text that anyone can read.</summary>
internal static class Outside
{
    /// <summary>A request of the party in the realm "access".</summary>
    public static string Request(
        string method, string uri = "sip:+15551234@203.0.113.1", int cseq = 1, string branch = "z9hG4bK-m1", string toTag = "", string extra = "", string body = "",
        string transport = "UDP", string? to = null) =>
        $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/{transport} 192.0.2.10:5060;branch={branch}\r\nMax-Forwards: 70\r\nFrom: \"Alice\" <sip:alice@192.0.2.10>;tag=alice-tag\r\n"
        + $"To: <{to ?? uri}>{(toTag.Length > 0 ? ";tag=" + toTag : "")}\r\nCall-ID: a-call@192.0.2.10\r\nCSeq: {cseq} {method}\r\n"
        + (method == "MESSAGE" ? "" : "Contact: <sip:alice@192.0.2.10:5060>\r\n")
        + $"{extra}{(body.Length > 0 && !extra.Contains("Content-Type", StringComparison.Ordinal) ? "Content-Type: text/plain\r\n" : "")}Content-Length: {body.Length}\r\n\r\n{body}";

    /// <summary>A request of a party in the realm "core", in the dialog that a request of ours has made.</summary>
    public static string FromCallee(string method, Sent ours, int cseq, string branch, string tag = "bob-tag", string extra = "", string body = "", string transport = "UDP") =>
        $"{method} sip:x@203.0.113.2:5060 SIP/2.0\r\nVia: SIP/2.0/{transport} 198.51.100.20:5080;branch={branch}\r\nMax-Forwards: 70\r\nFrom: {ours.Header("To")};tag={tag}\r\n"
        + $"To: {ours.Header("From")}\r\nCall-ID: {ours.Header("Call-ID")}\r\nCSeq: {cseq} {method}\r\nContact: <sip:bob@198.51.100.20:5080>\r\n"
        + $"{extra}Content-Length: {body.Length}\r\n\r\n{body}";

    public static string Response(Sent request, int status, string tag = "bob-tag", string extra = "", string body = "") =>
        $"SIP/2.0 {status} Whatever\r\nVia: {request.Header("Via")}\r\nFrom: {request.Header("From")}\r\nTo: {request.Header("To")}{(request.Header("To").Contains(";tag=", StringComparison.Ordinal) ? "" : ";tag=" + tag)}\r\n"
        + $"Call-ID: {request.Header("Call-ID")}\r\nCSeq: {request.Header("CSeq")}\r\n{extra}Content-Length: {body.Length}\r\n\r\n{body}";

    public static Flow PhoneFlow(int number) => new(SipTransport.Udp, 0, new System.Net.IPEndPoint(System.Net.IPAddress.Parse("198.51.100.20"), 6000 + number));

    public static Binding Phone(int number) =>
        new($"sip:bob@198.51.100.20:{6000 + number}", "", PhoneFlow(number), new Instant(long.MaxValue), null, null, 1000, "r", 1);

    /// <summary>RFC 5853 section 3.1: nothing that names one side's network, dialogs or phones stands in what the other side gets.</summary>
    public static void AssertNothingLeaks(IEnumerable<Sent> wire)
    {
        string[] ofCaller = ["192.0.2.10", "a-call", "alice-tag", "z9hG4bK-m"];
        string[] ofCallee = ["198.51.100.20", "bob-tag", "z9hG4bK-n", "callee-tag"];
        foreach (Sent sent in wire)
        {
            bool toCaller = sent.To.Remote.Equals(CallDriver.Caller);
            foreach (string name in toCaller ? ofCallee : ofCaller)
            {
                Assert.False(sent.Text.Contains(name, StringComparison.Ordinal), $"{name} in what {sent.To.Remote} gets:\n{sent.Text}");
            }
        }
    }
}
