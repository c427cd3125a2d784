using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Text;
using Controller.Sip.Uris;

namespace Controller.Sip.Topology;

/// <summary>
/// A user named in a header (P-Asserted-Identity, Diversion, History-Info …): display name and user are what the call is about and stay; the host is the
/// network's and becomes ours, unless it is a domain of ours.
/// </summary>
public static class PartyHiding
{
    private const string Context = "phone-context=";

    // What a number needs to be understood, and RFC 4458's reason for a diversion. transport, maddr, gr, target … lead into the network.
    private static readonly string[] UriParametersKept = ["user", "cause", "phone-context"];

    // RFC 5806 section 4, RFC 7044 section 5.1, draft-ietf-sip-privacy of Remote-Party-ID, RFC 8496 section 4. Referred-By's cid names a host (RFC 3892 section 2.1).
    private static readonly string[] ParametersKept =
        ["reason", "counter", "limit", "privacy", "screen", "index", "rc", "mp", "np", "party", "id-type", "noa", "npi"];

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
                    told.Append(Latin1(Number(uri.User))).Append('@');
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
        // A quoted value may hold semicolons, and what looks like a parameter behind them is none.
        var parameters = new Parameters(party.Parameters);
        while (parameters.Next())
        {
            var name = Latin1(parameters.Name);
            if (ParametersKept.Contains(name, StringComparer.OrdinalIgnoreCase) && !hiding.Names(parameters.Value))
            {
                text.Append(';').Append(name).Append(parameters.HasValue ? "=" : "").Append(Latin1(parameters.Value));
            }
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    // "+1555;phone-context=pbx.example": a number with parameters of its own.
    private static ReadOnlySpan<byte> Number(ReadOnlySpan<byte> user)
    {
        var semicolon = user.IndexOf((byte)';');
        return semicolon > 0 ? user[..semicolon] : user;
    }

    // RFC 3966 section 5.1.5: a local number is one in its context only, so there has to be one: a prefix ("+1") says nothing of a network, a domain does.
    private static bool IsDomain(string part, TopologyHiding hiding) => part[Context.Length..] is { Length: > 0 } context && context[0] != '+' && !hiding.IsPublic(Encoding.Latin1.GetBytes(context));

    private static void AppendParameters(StringBuilder text, ReadOnlySpan<byte> parameters, TopologyHiding hiding)
    {
        foreach (var part in Latin1(parameters).Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (UriParametersKept.Contains(part.Split('=')[0], StringComparer.OrdinalIgnoreCase))
            {
                text.Append(';').Append(part.StartsWith(Context, StringComparison.OrdinalIgnoreCase) && IsDomain(part, hiding) ? Context + hiding.ShownHost : part);
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
