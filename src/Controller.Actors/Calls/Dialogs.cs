using System.Globalization;
using System.Text;
using Controller.Actors.Calls.State;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Sdp;
using Controller.Sip.Topology;

namespace Controller.Actors.Calls;

/// <summary>What a message says about its dialog: RFC 3261 section 12.1.</summary>
internal static class Dialogs
{
    /// <summary>How the key of a transaction begins whose branch does not tell.</summary>
    public const string Rfc2543 = "2543;";

    public static string ContactUri(SipMessage message)
    {
        foreach (ReadOnlySpan<byte> value in message.Values(HeaderId.Contact))
        {
            if (NameAddr.TryParse(value, out NameAddr contact))
            {
                return Latin1.Text(contact.Uri);
            }
        }

        return "";
    }

    /// <summary>12.1.2: "The remote target MUST be set to the URI from the Contact header field of the response." A peer that leaves it out is where it was called.</summary>
    public static string RemoteTarget(SipMessage response, Leg leg) => ContactUri(response) is { Length: > 0 } contact ? contact : leg.RemoteTarget;

    public static string Tag(ReadOnlySpan<byte> fromOrTo) => Latin1.Text(TagIn(fromOrTo));

    /// <summary>The same, where it stands.</summary>
    public static ReadOnlySpan<byte> TagIn(ReadOnlySpan<byte> fromOrTo) => NameAddr.TryParse(fromOrTo, out NameAddr party) ? party.Tag : default;

    /// <summary>A From or To value without its tag: display name and URI in angle brackets. Other header parameters are not ours to repeat.</summary>
    public static string Party(ReadOnlySpan<byte> fromOrTo)
    {
        if (!NameAddr.TryParse(fromOrTo, out NameAddr party))
        {
            return Latin1.Text(fromOrTo);
        }

        int length = party.DisplayName.Length + party.Uri.Length + 3;
        Span<char> text = length <= 256 ? stackalloc char[256] : new char[length];
        int at = Encoding.Latin1.GetChars(party.DisplayName, text);
        if (at > 0)
        {
            text[at++] = ' ';
        }

        text[at++] = '<';
        at += Encoding.Latin1.GetChars(party.Uri, text[at..]);
        text[at++] = '>';
        return new string(text[..at]);
    }

    /// <summary>The URI of a party as <see cref="Party"/> gives it.</summary>
    public static string UriOf(string party) => party.Contains('<', StringComparison.Ordinal) ? UriIn(party).ToString() : party;

    /// <summary>The same, where it stands.</summary>
    public static ReadOnlySpan<char> UriIn(string party)
    {
        int open = party.LastIndexOf('<');
        return open < 0 ? party : party.AsSpan(open + 1).TrimEnd('>');
    }

    public static uint Number(SipMessage message) => CSeq.TryParse(message.Value(HeaderId.CSeq), out CSeq cseq, out _) ? cseq.Number : 0;

    /// <summary>
    /// What identifies a server transaction: branch and sent-by of the top Via (section 17.2.3). Without the magic cookie (RFC 2543) the fields that
    /// section 17.2.3 names instead: "the Request-URI, To tag, From tag, Call-ID, CSeq, and top Via header field"; the Call-ID is the actor's.
    /// </summary>
    public static string ServerKey(SipMessage request) => ServerKey(request, Tag(request.Value(HeaderId.To)));

    /// <param name="toTag">The To tag of the request that made the transaction: an ACK has that of the response instead.</param>
    public static string ServerKey(SipMessage request, string toTag)
    {
        foreach (ReadOnlySpan<byte> value in request.Values(HeaderId.Via))
        {
            if (!Via.TryParse(value, out Via via))
            {
                break;
            }

            if (via.Branch.StartsWith("z9hG4bK"u8) && via.Branch.Length > 7)
            {
                return ServerKey(via);
            }

            return Rfc2543 + Latin1.Text(request.RequestUri) + ";" + toTag + ";" + Tag(request.Value(HeaderId.From)) + ";" + Number(request) + ";" + Latin1.Text(value);
        }

        return "none;" + Number(request);
    }

    private static string ServerKey(in Via via)
    {
        int most = via.Branch.Length + via.Host.Length + 16;
        Span<char> key = most <= 256 ? stackalloc char[256] : new char[most];
        int length = Encoding.Latin1.GetChars(via.Branch, key);
        key[length++] = ';';
        Span<char> host = key.Slice(length, Encoding.Latin1.GetChars(via.Host, key[length..]));
        Ascii.ToLowerInPlace(host, out _);
        length += host.Length;
        key[length++] = ':';
        via.Port.TryFormat(key[length..], out int digits, provider: CultureInfo.InvariantCulture);
        return new string(key[..(length + digits)]);
    }

    /// <summary>The branch of our own Via on top of a response to us.</summary>
    public static string ClientBranch(SipMessage response) => Latin1.Text(ClientBranchIn(response));

    /// <summary>The same, where it stands.</summary>
    public static ReadOnlySpan<byte> ClientBranchIn(SipMessage response)
    {
        foreach (ReadOnlySpan<byte> value in response.Values(HeaderId.Via))
        {
            return Via.TryParse(value, out Via via) ? via.Branch : default;
        }

        return default;
    }

    /// <summary>A session description, as its body or in one of its parts; what cannot be read as one is none, and does not cross.</summary>
    public static bool HasSession(SipMessage message) => BodyParts.Session(message) is { IsEmpty: false } session && SdpSyntax.IsReadable(session);
}
