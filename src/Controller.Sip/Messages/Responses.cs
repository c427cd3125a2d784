using System.Net;
using Controller.Sip.Headers;
using Controller.Sip.Text;
using Controller.Sip.Transport;

namespace Controller.Sip.Messages;

public static class Responses
{
    /// <summary>
    /// A response to <paramref name="request"/> as RFC 3261 section 8.2.6: status line, all Vias (the top one with received and rport as in
    /// section 18.2.1 and RFC 3581), From, To (with <paramref name="toTag"/> if given and none is there), Call-ID, CSeq, and Record-Route in
    /// a 1xx (not 100) or 2xx to a request that forms a dialog. What the request lacks, the response lacks.
    /// </summary>
    public static SipWriter Begin(SipMessage request, int status, ReadOnlySpan<byte> reason, IPEndPoint source, string? toTag) =>
        Begin(new SipWriter(), request, status, reason, source, toTag);

    /// <summary>The same, into a writer of the caller's, which is reset first.</summary>
    public static SipWriter Begin(SipWriter into, SipMessage request, int status, ReadOnlySpan<byte> reason, IPEndPoint source, string? toTag)
    {
        into.Reset();
        into.StatusLine(status, reason);

        // 8.2.6.2: "The Via header field values in the response MUST equal the Via header field values in the request and MUST maintain the same ordering."
        var top = true;
        for (var i = 0; i < request.HeaderCount; i++)
        {
            var line = request.Header(i);
            if (line.Id == HeaderId.Via)
            {
                into.HeaderStart(HeaderId.Via);
                AppendVia(into, request.Value(line), top ? source : null);
                into.HeaderEnd();
                top = false;
            }
        }

        // 12.1.1: "the UAS MUST copy all Record-Route header field values from the request into the response"
        if (status is > 100 and < 300 && FormsDialog(request.Method))
        {
            into.CopyAll(request, HeaderId.RecordRoute);
        }

        // 8.2.6.2: "The From field of the response MUST equal the From header field of the request. The Call-ID header field of the response
        // MUST equal the Call-ID header field of the request. The CSeq header field of the response MUST equal the CSeq field of the request."
        CopyFirst(into, request, HeaderId.From);
        AppendTo(into, request, toTag);
        CopyFirst(into, request, HeaderId.CallId);
        CopyFirst(into, request, HeaderId.CSeq);

        // 8.2.6.1: "When a 100 (Trying) response is generated, any Timestamp header field present in the request MUST be copied into this 100 (Trying) response."
        if (status == 100)
        {
            CopyFirst(into, request, HeaderId.Timestamp);
        }

        return into;
    }

    /// <summary>Where the response goes: RFC 3261 section 18.2.2, RFC 3581 section 4.</summary>
    /// <remarks>A maddr in the Via is not followed: it would let a request aim our answer at a third party.</remarks>
    public static Flow Destination(SipMessage request, Flow arrivedOn)
    {
        foreach (var value in request.Values(HeaderId.Via))
        {
            // "If the "sent-protocol" is a reliable transport protocol such as TCP or SCTP, or TLS over those, the response MUST be sent using the
            // existing connection to the source of the original request […]. If that connection is no longer open, the server SHOULD open a
            // connection to the IP address in the "received" parameter, if present, using the port in the "sent-by" value, or the default port".
            if (arrivedOn.Transport.IsReliable())
            {
                return Via.TryParse(value, out var top)
                    ? arrivedOn with { ReconnectPort = top.Port != 0 ? top.Port : arrivedOn.Transport is SipTransport.Tls or SipTransport.Wss ? 5061 : 5060 }
                    : arrivedOn;
            }

            // RFC 3581 section 4: with rport "the response MUST be sent to the IP address and port from which the request was received".
            if (!Via.TryParse(value, out var via) || via.HasRPort)
            {
                return arrivedOn;
            }

            // "Otherwise (for unreliable unicast transports), if the top Via has a "received" parameter, the response MUST be sent to the address
            // in the "received" parameter, using the port indicated in the "sent-by" value, or using port 5060 if none is specified". It is
            // always the source address: either sent-by says the same, or 18.2.1 puts it into received.
            var port = via.Port == 0 ? 5060 : via.Port;
            return port == arrivedOn.Remote.Port ? arrivedOn : arrivedOn with { Remote = new IPEndPoint(arrivedOn.Remote.Address, port) };
        }

        return arrivedOn;
    }

    private static bool FormsDialog(SipMethod method) => method is SipMethod.Invite or SipMethod.Subscribe or SipMethod.Refer or SipMethod.Notify;

    private static void CopyFirst(SipWriter into, SipMessage request, HeaderId id)
    {
        if (request.Has(id))
        {
            into.Header(id, request.Value(id));
        }
    }

    // "If a request contained a To tag in the request, the To header field in the response MUST equal that of the request. However, if the To
    // header field in the request did not contain a tag, the URI in the To header field in the response MUST equal the URI in the To header
    // field; additionally, the UAS MUST add a tag to the To header field in the response (with the exception of the 100 (Trying) response".
    private static void AppendTo(SipWriter into, SipMessage request, string? toTag)
    {
        if (!request.Has(HeaderId.To))
        {
            return;
        }

        var to = request.Value(HeaderId.To);
        into.HeaderStart(HeaderId.To).Append(to);
        if (toTag is not null && NameAddr.TryParse(to, out var address) && address.Tag.IsEmpty)
        {
            into.Append(";tag="u8).Append(toTag);
        }

        into.HeaderEnd();
    }

    private static void AppendVia(SipWriter into, ReadOnlySpan<byte> line, IPEndPoint? source)
    {
        var length = Lists.FirstLength(line);
        if (source is null || !Via.TryParse(line[..length], out var via))
        {
            into.Append(line);
            return;
        }

        // A received or rport value that the request came with is the sender's claim; ours takes its place.
        var top = Octets.Trim(line[..length]);
        into.Append(top[..^via.Parameters.Length].TrimEnd((byte)' '));
        var parameters = new Parameters(via.Parameters);
        while (parameters.Next())
        {
            if (Octets.EqualIgnoreCase(parameters.Name, "received"u8) || Octets.EqualIgnoreCase(parameters.Name, "rport"u8))
            {
                continue;
            }

            into.Append(";"u8).Append(parameters.Name);
            if (parameters.HasValue)
            {
                into.Append("="u8).Append(parameters.Value);
            }
        }

        var address = source.Address.IsIPv4MappedToIPv6 ? source.Address.MapToIPv4() : source.Address;

        // 18.2.1: "If the host portion of the "sent-by" parameter contains a domain name, or if it contains an IP address that differs from the
        // packet source address, the server MUST add a "received" parameter". RFC 3581 section 4: with rport, always, and the source port.
        if (via.HasRPort || !IPAddress.TryParse(via.Host, out var sentBy) || !sentBy.Equals(address))
        {
            Span<byte> text = stackalloc byte[64];
            into.Append(";received="u8).Append(address.TryFormat(text, out var written) ? text[..WithoutScope(text[..written])] : via.Host);
        }

        if (via.HasRPort)
        {
            into.Append(";rport="u8).Append(source.Port);
        }

        into.Append(line[length..]);
    }

    // A link-local source comes with the scope of our interface, "fe80::1%3", which is nothing to anyone else.
    private static int WithoutScope(ReadOnlySpan<byte> address)
    {
        var percent = address.IndexOf((byte)'%');
        return percent < 0 ? address.Length : percent;
    }
}
