using System.Text;
using Controller.Actors.Calls.Transfers;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Topology;
using Controller.Sip.Uris;

namespace Controller.Actors.Calls.Rendering;

/// <summary>
/// Refer-To (RFC 3515) and Referred-By (RFC 3892) as the other side may see them. Whoever follows the URI comes to us, and is routed, or led to the
/// party behind a Contact of ours, from here.
/// </summary>
internal static class ReferredNames
{
    /// <summary>Value of Refer-To; empty if the one received cannot be read, or names neither a SIP nor a telephone URI.</summary>
    public static string ReferTo(ReadOnlySpan<byte> secret, Crossing over, SipMessage received)
    {
        TopologyHiding hiding = over.Hiding(received);
        if (!NameAddr.TryParse(received.Value(HeaderId.ReferTo), out NameAddr target) || !SipUri.TryParse(target.Uri, out SipUri uri) || uri.Scheme == UriScheme.Other)
        {
            return "";
        }

        var text = new StringBuilder(target.DisplayName.IsEmpty ? "" : Latin1.Text(target.DisplayName) + " ").Append('<');
        if (uri.Scheme == UriScheme.Tel)
        {
            return text.Append(hiding.Names(uri.Parameters) ? "tel:" + Latin1.Text(uri.User) : Latin1.Text(target.Uri)).Append('>').ToString();
        }

        // A domain of ours is reached by its name; anything else through our address on that leg, which is what its Contact says.
        string contact = over.To.Contact;
        bool kept = hiding.IsPublic(uri.Host);
        text.Append(kept ? Latin1.Text(uri.Scheme == UriScheme.Sips ? "sips:"u8 : "sip:"u8) : "sip:");
        text.Append(Latin1.Text(uri.User)).Append(uri.User.IsEmpty ? "" : "@").Append(kept ? Latin1.Text(uri.Host) : contact[(contact.IndexOf('@', StringComparison.Ordinal) + 1)..]);
        AppendParameter(text, uri, "user"u8);
        AppendParameter(text, uri, "method"u8);
        AppendHeaders(text, secret, hiding, uri.Headers);
        return text.Append('>').ToString();
    }

    /// <summary>Writes Referred-By, if there is one: a user that the call is about (RFC 3892).</summary>
    public static void ReferredBy(SipWriter into, SipMessage received, Crossing over)
    {
        if (received.Has(HeaderId.ReferredBy) && PartyHiding.Rewrite(received.Value(HeaderId.ReferredBy), over.Hiding(received)) is { } told)
        {
            into.Header(HeaderId.ReferredBy, told);
        }
    }

    private static void AppendParameter(StringBuilder text, in SipUri uri, ReadOnlySpan<byte> name)
    {
        if (uri.TryParameter(name, out ReadOnlySpan<byte> value))
        {
            text.Append(';').Append(Latin1.Text(name)).Append('=').Append(Latin1.Text(value));
        }
    }

    /// <summary>Headers that the URI asks for cross as they do in a message; Replaces names the dialog as the other side may.</summary>
    private static void AppendHeaders(StringBuilder text, ReadOnlySpan<byte> secret, TopologyHiding hiding, ReadOnlySpan<byte> asked)
    {
        char separator = '?';
        var headers = new UriHeaders(asked);
        while (headers.Next())
        {
            HeaderId id = HeaderCatalogue.Parse(headers.Name);
            string? value = id switch
            {
                HeaderId.Replaces => Replaces.TryParse(headers.Value, out Replaces dialog) ? DialogNames.Hide(secret, dialog) : null,
                HeaderId.Require => Latin1.Text(headers.Value),
                _ => id != HeaderId.Unknown && HeaderCatalogue.Row(id).Relay == HeaderRelay.Pass && !hiding.Names(headers.Value) ? Latin1.Text(headers.Value) : null,
            };
            if (value is not null)
            {
                text.Append(separator).Append(Latin1.Text(headers.Name)).Append('=').Append(UriHeaders.Escape(Latin1.Octets(value)));
                separator = '&';
            }
        }
    }
}
