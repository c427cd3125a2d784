using System.Collections.Immutable;
using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Sip.Dialogs;

/// <summary>Where a route set comes from: RFC 3261 section 12.1.</summary>
public static class RouteSets
{
    /// <summary>12.1.1, as UAS: "The route set MUST be set to the list of URIs in the Record-Route header field from the request, taken in order and preserving all URI parameters."</summary>
    public static ImmutableArray<string> OfRequest(SipMessage request) => request.Has(HeaderId.RecordRoute) ? Values(request).ToImmutable() : [];

    /// <summary>12.1.2, as UAC: "The route set MUST be set to the list of URIs in the Record-Route header field from the response, taken in reverse order and preserving all URI parameters."</summary>
    public static ImmutableArray<string> OfResponse(SipMessage response)
    {
        if (!response.Has(HeaderId.RecordRoute)) return [];
        var values = Values(response);
        values.Reverse();
        return values.ToImmutable();
    }

    private static ImmutableArray<string>.Builder Values(SipMessage message)
    {
        var values = ImmutableArray.CreateBuilder<string>(message.Count(HeaderId.RecordRoute));
        foreach (var value in message.Values(HeaderId.RecordRoute)) values.Add(Encoding.Latin1.GetString(value));
        return values;
    }
}
