using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Uris;

namespace Controller.Sip.Topology;

/// <summary>
/// A user named in a header (P-Asserted-Identity, Diversion, History-Info …): display name and user are what the call is about and stay; the host is the
/// network's and becomes ours, unless it is a domain of ours.
/// </summary>
public static class PartyHiding
{
    // What a number needs to be understood, and RFC 4458's reason for a diversion. transport, maddr, gr, target … lead into the network.
    private static readonly string[] UriParametersKept = ["user", "cause", "phone-context"];

    // RFC 7044 section 5.1: the Reason of an entry, and the privacy asked for it.
    private static readonly string[] UriHeadersKept = ["reason", "privacy"];

    /// <returns>Null if the value is no party, or what is left of it still names the side.</returns>
    public static byte[]? Rewrite(ReadOnlySpan<byte> value, TopologyHiding hiding)
    {
        if (!NameAddr.TryParse(value, out var party) || !SipUri.TryParse(party.Uri, out var uri))
        {
            return null;
        }

        var told = new StringBuilder();
        switch (uri.Scheme)
        {
            case UriScheme.Sip or UriScheme.Sips:
                told.Append(uri.Scheme == UriScheme.Sips ? "sips:" : "sip:");
                if (!uri.User.IsEmpty)
                {
                    // A user may be a number with parameters of its own: "+1555;phone-context=pbx.example".
                    told.Append(Latin1(UserWithoutNames(uri.User, hiding))).Append('@');
                }

                told.Append(hiding.IsPublic(uri.Host) ? Latin1(uri.Host) : hiding.ShownHost);
                AppendParameters(told, uri.Parameters, hiding);
                AppendHeaders(told, uri.Headers, hiding);
                break;
            case UriScheme.Tel:
                told.Append("tel:").Append(Latin1(uri.User));
                AppendParameters(told, uri.Parameters, hiding);
                break;
            default:
                return null;
        }

        var text = new StringBuilder();
        if (!party.DisplayName.IsEmpty)
        {
            text.Append(Latin1(party.DisplayName)).Append(' ');
        }

        text.Append('<').Append(told).Append('>');
        foreach (var part in Latin1(party.Parameters).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!hiding.Names(Encoding.Latin1.GetBytes(part)))
            {
                text.Append(';').Append(part);
            }
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static ReadOnlySpan<byte> UserWithoutNames(ReadOnlySpan<byte> user, TopologyHiding hiding)
    {
        var semicolon = user.IndexOf((byte)';');
        return semicolon >= 0 && hiding.Names(user[semicolon..]) ? user[..semicolon] : user;
    }

    private static void AppendParameters(StringBuilder text, ReadOnlySpan<byte> parameters, TopologyHiding hiding)
    {
        foreach (var part in Latin1(parameters).Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (UriParametersKept.Contains(part.Split('=')[0], StringComparer.OrdinalIgnoreCase))
            {
                // RFC 3966 section 5.1.5: a local number is one in its context only, so there has to be one: ours.
                var hidden = hiding.Names(Encoding.Latin1.GetBytes(part));
                text.Append(';').Append(hidden ? part.Split('=')[0] + "=" + hiding.ShownHost : part);
            }
        }
    }

    private static void AppendHeaders(StringBuilder text, ReadOnlySpan<byte> headers, TopologyHiding hiding)
    {
        var separator = '?';
        foreach (var part in Latin1(headers).Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            if (UriHeadersKept.Contains(part.Split('=')[0], StringComparer.OrdinalIgnoreCase) && !hiding.Names(Encoding.Latin1.GetBytes(part)))
            {
                text.Append(separator).Append(part);
                separator = '&';
            }
        }
    }

    private static string Latin1(ReadOnlySpan<byte> octets) => Encoding.Latin1.GetString(octets);
}
