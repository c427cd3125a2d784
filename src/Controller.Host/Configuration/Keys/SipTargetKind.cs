using System.Net;
using System.Text;
using Controller.Sip.Transport;
using Controller.Sip.Uris;

namespace Controller.Host.Configuration.Keys;

/// <summary>A SIP URI to send to; read as its text and the transport it needs, null where the name server says which (RFC 3263 section 4.1).</summary>
internal sealed class SipTargetKind : KeyKind
{
    public override string Expected => "a SIP URI, such as \"sip:192.0.2.1:5060;transport=udp\"";

    protected override KeyReading ReadText(string text)
    {
        if (text.Any(c => c is <= ' ' or > '~') || !SipUri.TryParse(Encoding.ASCII.GetBytes(text), out SipUri uri) || uri.Host.IsEmpty)
        {
            return Refuse(text);
        }

        switch (uri.Scheme)
        {
            case UriScheme.Sips:
                return KeyReading.Refused($"\"{text}\": sips needs TLS, which is not possible in this version; possible now: sip with transport=udp or transport=tcp");
            case UriScheme.Sip:
                break;
            default:
                return Refuse(text);
        }

        // RFC 3261 section 19.1.1: headers of a URI belong into a request made from it, there is no place for them in a next hop.
        if (!uri.Headers.IsEmpty)
        {
            return KeyReading.Refused($"\"{text}\" has headers behind '?'; expected {Expected[2..]}");
        }

        bool named = uri.TryParameter("transport"u8, out ReadOnlySpan<byte> transport);
        bool any = uri.Port == 0 && !IPAddress.TryParse(Encoding.ASCII.GetString(uri.Host), out _);
        return (named, uri.Transport) switch
        {
            (false, _) => KeyReading.Ok((text, any ? (SipTransport?)null : SipTransport.Udp), text),
            (_, SipTransport.Udp) => KeyReading.Ok((text, (SipTransport?)SipTransport.Udp), text),
            (_, SipTransport.Tcp) => KeyReading.Ok((text, (SipTransport?)SipTransport.Tcp), text),
            _ => KeyReading.Refused($"\"{text}\": transport {Encoding.ASCII.GetString(transport)} is not possible in this version; possible now: udp or tcp"),
        };
    }
}
