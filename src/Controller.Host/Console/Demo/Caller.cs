using System.Text;
using Controller.Sip.Digest;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Host.Console.Demo;

/// <summary>What a phone asks: REGISTER with digest (RFC 3261 section 10, RFC 7616), INVITE, ACK, BYE.</summary>
public sealed class Caller(Phone phone)
{
    private readonly string _tag = "t" + phone.Name;
    private int _branches;

    public void Register()
    {
        string callId = $"register-{phone.Name}@demo";
        string uri = "sip:" + phone.Domain;
        phone.Send(Request("REGISTER", uri, callId, 1, phone.Name, null).Header(HeaderId.Contact, phone.Contact).Header(HeaderId.Expires, "60").Finish());
        SipMessage answer = Final(callId);
        if (answer.StatusCode == 401 && DigestChallenge.TryParse(answer.Value(HeaderId.WwwAuthenticate), out DigestChallenge challenge))
        {
            string credentials = DigestResponse.Answer(challenge, phone.Name, phone.Password, "REGISTER", uri, 1, "demo");
            phone.Send(Request("REGISTER", uri, callId, 2, phone.Name, null).Header(HeaderId.Contact, phone.Contact).Header(HeaderId.Expires, "60")
                .Header(HeaderId.Authorization, credentials).Finish());
            answer = Final(callId);
        }

        Expect(answer, "REGISTER");
    }

    /// <summary>Returns when the call is answered and acknowledged.</summary>
    /// <returns>The 200 that made the dialog.</returns>
    public SipMessage Call(string user)
    {
        string callId = $"call-{phone.Name}@demo";
        phone.Send(Request("INVITE", $"sip:{user}@{phone.Domain}", callId, 1, user, null).Header(HeaderId.Contact, phone.Contact)
            .Finish(Answerer.Session(phone), "application/sdp"u8));
        SipMessage answer = Final(callId);
        Expect(answer, "INVITE");
        phone.Send(Request("ACK", TargetOf(answer), callId, 1, user, answer).Finish());
        return answer;
    }

    public void HangUp(string user, SipMessage answer)
    {
        string callId = Phone.Text(answer.Value(HeaderId.CallId));
        phone.Send(Request("BYE", TargetOf(answer), callId, 2, user, answer).Finish());
        Expect(Final(callId), "BYE");
    }

    private SipMessage Final(string callId) =>
        phone.Await("a final response", m => m is { IsRequest: false, StatusCode: >= 200 } && Phone.Text(m.Value(HeaderId.CallId)) == callId);

    private void Expect(SipMessage answer, string method)
    {
        if (answer.StatusCode != 200)
        {
            throw new DemoException($"{phone.Name}'s {method} got {answer.StatusCode} {Phone.Text(answer.ReasonPhrase)}");
        }
    }

    private static string TargetOf(SipMessage answer) =>
        NameAddr.TryParse(answer.Value(HeaderId.Contact), out NameAddr contact) ? Phone.Text(contact.Uri) : throw new DemoException("the 200 has no Contact");

    /// <param name="within">The answer that made the dialog; null outside of one.</param>
    private SipWriter Request(string method, string uri, string callId, int number, string to, SipMessage? within)
    {
        SipWriter writer = new SipWriter().RequestLine(Encoding.UTF8.GetBytes(method), Encoding.UTF8.GetBytes(uri))
            .Header(HeaderId.Via, $"SIP/2.0/UDP {phone.Address};rport;branch=z9hG4bK{phone.Name}{++_branches}")
            .Header(HeaderId.MaxForwards, "70")
            .Header(HeaderId.From, $"<sip:{phone.Name}@{phone.Domain}>;tag={_tag}");
        writer = within is null ? writer.Header(HeaderId.To, $"<sip:{to}@{phone.Domain}>") : writer.Header(HeaderId.To, within.Value(HeaderId.To));
        return writer.Header(HeaderId.CallId, callId).Header(HeaderId.CSeq, $"{number} {method}");
    }
}
