using System.Collections.Immutable;
using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Uris;

namespace Controller.Sip.Dialogs;

/// <summary>Request-URI and Route of a request in a dialog: RFC 3261 section 12.2.1.1.</summary>
/// <param name="RequestUri">Without angle brackets.</param>
/// <param name="Routes">Values of the Route header in order; empty: no Route header.</param>
/// <param name="NextHop">The URI to send to (section 8.1.2): the first route, or the Request-URI if there is none or the first route is a strict router.</param>
public readonly record struct RequestTarget(string RequestUri, ImmutableArray<string> Routes, string NextHop)
{
    /// <param name="remoteTarget">URI of the dialog's remote target.</param>
    public static RequestTarget Of(ImmutableArray<string> routeSet, string remoteTarget)
    {
        // "If the route set is empty, the UAC MUST place the remote target URI into the Request-URI. The UAC MUST NOT add a Route header field to the request."
        if (routeSet.IsDefaultOrEmpty)
        {
            var target = Stripped(remoteTarget);
            return new RequestTarget(target, [], target);
        }

        var first = UriOf(routeSet[0]);
        var text = Encoding.Latin1.GetBytes(first);

        // "If the route set is not empty, and the first URI in the route set contains the lr parameter, the UAC MUST place the remote target URI
        // into the Request-URI and MUST include a Route header field containing the route set values in order, including all parameters."
        // What cannot be read as a URI is passed on the same way: a proxy that wrote it will know.
        if (!SipUri.TryParse(text, out var uri) || uri.Scheme is not (UriScheme.Sip or UriScheme.Sips) || uri.IsLooseRoute)
        {
            return new RequestTarget(Stripped(remoteTarget), routeSet, first);
        }

        // "If the route set is not empty, and its first URI does not contain the lr parameter, the UAC MUST place the first URI from the route set
        // into the Request-URI, stripping any parameters that are not allowed in a Request-URI. The UAC MUST add a Route header field containing
        // the remainder of the route set values in order, including all parameters. The UAC MUST then place the remote target URI into the Route
        // header field as the last value."
        var requestUri = Stripped(first);
        return new RequestTarget(requestUri, routeSet.RemoveAt(0).Add($"<{remoteTarget}>"), requestUri);
    }

    private static string UriOf(string route) =>
        NameAddr.TryParse(Encoding.Latin1.GetBytes(route), out var address) ? Encoding.Latin1.GetString(address.Uri) : route;

    // RFC 3261 section 19.1.1, table 1: a Request-URI has no method parameter and no headers, nor has a Contact within a dialog, but some send them.
    private static string Stripped(string uri)
    {
        // A ';' or '?' of the user part begins neither.
        var host = uri.IndexOf('@', StringComparison.Ordinal) + 1;
        var headers = uri.IndexOf('?', host);
        if (headers >= 0) uri = uri[..headers];

        var at = host;
        while ((at = uri.IndexOf(";method=", at, StringComparison.OrdinalIgnoreCase)) >= 0)
        {
            var end = uri.IndexOf(';', at + 1);
            uri = end < 0 ? uri[..at] : uri.Remove(at, end - at);
        }

        return uri;
    }
}
