using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Sdp;
using Controller.Sip.Text;
using Controller.Sip.Topology;

namespace Controller.Sip.Messages;

/// <summary>RFC 3261 sections 8.2.3 and 21.4.26, for requests whose body describes a session; all others' bodies are between the two ends.</summary>
internal static class SessionContent
{
    /// <summary>415, 488, 406 or 0.</summary>
    public static int Answer(SipMessage request, RequestRules rules)
    {
        if (request.Method is not (SipMethod.Invite or SipMethod.Update or SipMethod.Prack))
        {
            return 0;
        }

        // "If there are any bodies whose type (indicated by the Content-Type), language … or encoding … are not understood, and that body part
        // is not optional (as indicated by the Content-Disposition header field), the UAS MUST reject the request with a 415".
        if (!request.Body.IsEmpty && !IsOptional(request) && (!IsSession(request, rules) || IsEncoded(request)))
        {
            return 415;
        }

        // 13.3.1.3: "A UAS rejecting an offer contained in an INVITE SHOULD return a 488 (Not Acceptable Here) response. Such a response SHOULD include a Warning
        // header field value explaining why the offer was rejected." Nobody behind us could do anything with what is no description.
        if (BodyParts.Session(request) is { IsEmpty: false } session && !IsOptional(request) && !SdpSyntax.IsReadable(session))
        {
            return 488;
        }

        // RFC 4475 section 3.3.15: "406 (Not Acceptable)": our answer will be a session description, and the caller will not take one.
        return request.Method == SipMethod.Invite && request.Has(HeaderId.Accept) && !LeavesRoom(request, rules) ? 406 : 0;
    }

    private static bool IsSession(SipMessage request, RequestRules rules)
    {
        var type = MediaType(request.Value(HeaderId.ContentType));
        foreach (var known in rules.SessionTypes)
        {
            if (Ascii.EqualsIgnoreCase(type, known))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsEncoded(SipMessage request)
    {
        foreach (var coding in request.Values(HeaderId.ContentEncoding))
        {
            if (!Octets.EqualIgnoreCase(coding, "identity"u8))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsOptional(SipMessage request)
    {
        var disposition = request.Value(HeaderId.ContentDisposition);
        var semicolon = disposition.IndexOf((byte)';');
        return semicolon >= 0 && Parameters.TryFind(disposition[semicolon..], "handling"u8, out var handling) && Octets.EqualIgnoreCase(handling, "optional"u8);
    }

    private static bool LeavesRoom(SipMessage request, RequestRules rules)
    {
        var any = false;
        foreach (var range in request.Values(HeaderId.Accept))
        {
            any = true;
            var type = MediaType(range);
            if (type.SequenceEqual("*/*"u8) || Octets.EqualIgnoreCase(type, "application/*"u8))
            {
                return true;
            }

            foreach (var known in rules.SessionTypes)
            {
                if (Ascii.EqualsIgnoreCase(type, known))
                {
                    return true;
                }
            }
        }

        // 20.1: "an empty Accept header field means that no formats are acceptable" — phones send one all the same, and mean nothing by it.
        return !any;
    }

    // media-type = m-type SLASH m-subtype *(SEMI m-parameter)
    private static ReadOnlySpan<byte> MediaType(ReadOnlySpan<byte> value)
    {
        var semicolon = value.IndexOf((byte)';');
        return Octets.Trim(semicolon < 0 ? value : value[..semicolon]);
    }
}
