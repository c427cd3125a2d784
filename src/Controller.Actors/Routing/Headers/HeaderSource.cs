using System.Text;
using Controller.Actors.Calls;
using Controller.Sip.Headers;
using Controller.Sip.Uris;

namespace Controller.Actors.Routing.Headers;

/// <summary>What a copy rule reads.</summary>
/// <param name="Header">Name of a header, or <see cref="RequestUri"/>.</param>
/// <param name="Parameter">Name of the parameter of the URI or else of the header, if <paramref name="Part"/> is one.</param>
public sealed record HeaderSource(string Header, HeaderPart Part, string Parameter = "")
{
    /// <summary>Stands for the URI of the request line.</summary>
    public const string RequestUri = "Request-URI";

    /// <summary>Null if the header, or that part of it, is not there.</summary>
    public string? Read(MessageHead head)
    {
        if (Header == RequestUri)
        {
            return head.RequestUri.Length == 0 ? null : Of($"<{head.RequestUri}>");
        }

        return head.First(Header) is { Length: > 0 } value ? Of(value) : null;
    }

    private string? Of(string value)
    {
        byte[] octets = Latin1.Octets(value);
        if (!NameAddr.TryParse(octets, out NameAddr party))
        {
            return Part == HeaderPart.Whole ? value : null;
        }

        bool readable = SipUri.TryParse(party.Uri, out SipUri uri);
        string? part = Part switch
        {
            // RFC 3261 section 12: a tag identifies the dialog of this side; it is nobody else's.
            HeaderPart.Whole => party.Tag.IsEmpty ? value : Dialogs.Party(octets),
            HeaderPart.Uri => Latin1.Text(party.Uri),
            HeaderPart.User => readable ? Latin1.Text(uri.User) : null,
            HeaderPart.Host => readable ? Latin1.Text(uri.Host) : null,
            HeaderPart.DisplayName => Latin1.Text(party.DisplayName).Trim('"'),
            _ => readable && uri.TryParameter(Encoding.ASCII.GetBytes(Parameter), out ReadOnlySpan<byte> ofUri) ? Latin1.Text(ofUri)
                : party.TryParameter(Encoding.ASCII.GetBytes(Parameter), out ReadOnlySpan<byte> ofHeader) ? Latin1.Text(ofHeader)
                : null,
        };
        return part is { Length: > 0 } ? part : null;
    }
}
