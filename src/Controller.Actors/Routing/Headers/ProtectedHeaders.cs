using System.Text;
using Controller.Sip.Headers;

namespace Controller.Actors.Routing.Headers;

/// <summary>Header fields that no rule may change, and why.</summary>
public static class ProtectedHeaders
{
    /// <returns>Null if a rule may change it.</returns>
    public static string? WhyNot(string header) => HeaderCatalogue.Parse(Encoding.ASCII.GetBytes(header)) switch
    {
        HeaderId.From or HeaderId.To => "identifies the dialog; its number is put into form by numbers",
        HeaderId.Via or HeaderId.CSeq or HeaderId.CallId or HeaderId.MaxForwards => "identifies the transaction or the dialog",
        HeaderId.Route or HeaderId.RecordRoute or HeaderId.Contact or HeaderId.Path or HeaderId.ServiceRoute => "is where the messages of the dialog go",
        HeaderId.ContentLength or HeaderId.ContentType or HeaderId.ContentEncoding or HeaderId.MimeVersion => "describes the body",
        HeaderId.Authorization or HeaderId.ProxyAuthorization or HeaderId.WwwAuthenticate or HeaderId.ProxyAuthenticate => "is part of a challenge; a trunk has credentials for it",
        HeaderId.Event or HeaderId.SubscriptionState or HeaderId.SipETag or HeaderId.SipIfMatch => "identifies the subscription or the publication",
        HeaderId.Identity or HeaderId.IdentityInfo => "is a signature",
        HeaderId.Unknown => null,
        var id => HeaderCatalogue.Row(id).Relay == HeaderRelay.Own ? "says what this program itself does on a leg" : null,
    };

    /// <summary>What no copy may read: secrets of the two ends of a challenge.</summary>
    public static bool IsSecret(string header) => HeaderCatalogue.Parse(Encoding.ASCII.GetBytes(header)) is HeaderId.Authorization or HeaderId.ProxyAuthorization;
}
