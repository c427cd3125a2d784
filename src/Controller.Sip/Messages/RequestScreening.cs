using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Text;
using Controller.Sip.Uris;

namespace Controller.Sip.Messages;

/// <summary>RFC 3261 sections 8.2.1 to 8.2.3, 10.3 and 16.3, over a message that <see cref="Framing.MessageScreening"/> found well formed.</summary>
public static class RequestScreening
{
    /// <summary>
    /// The status to answer with, or 0: go on. Never answers an ACK. The answer must list: with 405 and 501, <see cref="RequestRules.Allow"/>;
    /// with 415, <see cref="RequestRules.Accept"/>; with 420, Unsupported; with 488, Warning.
    /// </summary>
    /// <param name="unsupported">The value for Unsupported with 420, else empty.</param>
    public static int Answer(SipMessage request, RequestRules rules, out string unsupported)
    {
        unsupported = "";
        if (request.Method == SipMethod.Ack)
        {
            return 0;
        }

        // 8.2.1: "If the UAS recognizes but does not support the method of a request, it MUST generate a 405 (Method Not Allowed) response."
        // 21.5.2: 501 "is the appropriate response when a UAS does not recognize the request method".
        // Within a dialog it is the peer beyond us that knows or does not know the method, and says so.
        if (!rules.Methods.AsSpan().Contains(request.Method) && !IsWithinDialog(request))
        {
            return request.Method == SipMethod.Unknown ? 501 : 405;
        }

        // 8.2.2.1: "If the Request-URI uses a scheme not supported by the UAS, it SHOULD reject the request with a 416 (Unsupported URI Scheme) response."
        if (!SipUri.TryParse(request.RequestUri, out var uri) || uri.Scheme == UriScheme.Other)
        {
            return 416;
        }

        // 16.3 item 3: a request with Max-Forwards 0 is not forwarded. OPTIONS may be answered by whom it reaches (11), a REGISTER is for
        // us, a CANCEL goes no further than its INVITE.
        if (request.Method is not (SipMethod.Options or SipMethod.Register or SipMethod.Cancel) &&
            Octets.TryNumber(request.Value(HeaderId.MaxForwards), out var hops) && hops == 0)
        {
            return 483;
        }

        // 10.3 step 5: an address-of-record is a SIP, SIPS (or tel) URI; RFC 4475 section 3.3.4: "an invalid request".
        if (request.Method == SipMethod.Register &&
            (!NameAddr.TryParse(request.Value(HeaderId.To), out var to) || !SipUri.TryParse(to.Uri, out var record) || record.Scheme == UriScheme.Other))
        {
            return 400;
        }

        // 8.2.2.3: "Note that Require and Proxy-Require MUST NOT be used in a SIP CANCEL request".
        if (request.Method != SipMethod.Cancel && !Supports(request, rules, out unsupported))
        {
            return 420;
        }

        return SessionContent.Answer(request, rules);
    }

    // 8.2.2.3: "If a UAS does not understand an option-tag listed in a Require header field, it MUST respond by generating a response with
    // status code 420 (Bad Extension). The UAS MUST add an Unsupported header field, and list in it those options it does not understand".
    // 16.3 item 5 says the same of Proxy-Require; a back-to-back user agent is both.
    private static bool IsWithinDialog(SipMessage request) => NameAddr.TryParse(request.Value(HeaderId.To), out var to) && !to.Tag.IsEmpty;

    private static bool Supports(SipMessage request, RequestRules rules, out string unsupported)
    {
        StringBuilder? list = null;
        Collect(request, HeaderId.Require, rules, ref list);
        Collect(request, HeaderId.ProxyRequire, rules, ref list);
        unsupported = list?.ToString() ?? "";
        return list is null;
    }

    private static void Collect(SipMessage request, HeaderId id, RequestRules rules, ref StringBuilder? list)
    {
        foreach (var tag in request.Values(id))
        {
            if (!Contains(rules, tag))
            {
                list = list is null ? new StringBuilder() : list.Append(", ");
                list.Append(Encoding.Latin1.GetString(tag));
            }
        }
    }

    private static bool Contains(RequestRules rules, ReadOnlySpan<byte> tag)
    {
        foreach (var known in rules.OptionTags)
        {
            if (Ascii.EqualsIgnoreCase(tag, known))
            {
                return true;
            }
        }

        return false;
    }
}
