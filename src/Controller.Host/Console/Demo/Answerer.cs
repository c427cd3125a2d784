using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Host.Console.Demo;

/// <summary>What a phone does when it is called: rings, answers, is hung up.</summary>
public sealed class Answerer(Phone phone)
{
    /// <summary>Of the call taken: the controller's own, not the caller's.</summary>
    public string CallIdValue { get; private set; } = "";

    /// <summary>One whole call; returns after its BYE is answered.</summary>
    public void TakeOneCall()
    {
        SipMessage invite = phone.Await("an INVITE", m => m is { IsRequest: true, Method: SipMethod.Invite });
        CallIdValue = Phone.Text(invite.Value(HeaderId.CallId));
        phone.Send(Answer(invite, 180).Finish());
        phone.Send(Answer(invite, 200).Finish(Session(phone), "application/sdp"u8));
        phone.Await("the ACK", m => m is { IsRequest: true, Method: SipMethod.Ack });
        SipMessage bye = phone.Await("the BYE", m => m is { IsRequest: true, Method: SipMethod.Bye });
        phone.Send(Responses.Begin(bye, 200, default, phone.Address, null).Finish());
    }

    /// <summary>An offer or answer of one audio stream that nobody will send.</summary>
    public static byte[] Session(Phone phone) => Encoding.ASCII.GetBytes(
        $"v=0\r\no={phone.Name} 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {phone.Address.Port} RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n");

    private SipWriter Answer(SipMessage invite, int status) =>
        Responses.Begin(invite, status, default, phone.Address, "t" + phone.Name).Header(HeaderId.Contact, phone.Contact);
}
