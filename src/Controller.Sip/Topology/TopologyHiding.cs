using System.Text;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Text;
using Controller.Sip.Uris;

namespace Controller.Sip.Topology;

/// <summary>
/// RFC 5853 section 3.1: what names one side of a call (hosts, tags, Call-ID, branches, users of Contacts), and how to tell whether a text that is about
/// to cross to the other side names any of it.
/// </summary>
/// <param name="shownHost">Our host on the other side, as it stands in a URI: what stands there instead of a hidden one.</param>
/// <param name="publicDomains">Hosts in lower case that everybody may know.</param>
/// <param name="learn">Hides what is to be hidden, when it is first asked for: most messages within a dialog have nothing to be looked through.</param>
public sealed class TopologyHiding(string shownHost, IReadOnlySet<string> publicDomains, Action<TopologyHiding>? learn = null)
{
    /// <summary>A shorter name (a tag "1") says nothing by itself, and would be found everywhere.</summary>
    private const int Shortest = 4;

    private readonly List<byte[]> _names = [];
    private byte[] _known = [];
    private Action<TopologyHiding>? _learn = learn;

    public string ShownHost => shownHost;

    public bool IsPublic(ReadOnlySpan<byte> host) => publicDomains.Count > 0 && publicDomains.Contains(Encoding.Latin1.GetString(host).ToLowerInvariant());

    /// <summary>
    /// The user by which the other side itself calls this one (its To, or the From that it was shown): a number that it has dialled is no secret to it, and
    /// what holds that number crosses, though it may be the user of a Contact as well.
    /// </summary>
    public void Know(ReadOnlySpan<byte> uriText) => _known = SipUri.TryParse(uriText, out var uri) && uri.Scheme is UriScheme.Sip or UriScheme.Sips ? uri.User.ToArray() : [];

    /// <summary>A tag, a Call-ID, a branch.</summary>
    public void Hide(ReadOnlySpan<byte> name)
    {
        if (name.Length < Shortest)
        {
            return;
        }

        var lower = new byte[name.Length];
        lower = lower[..Plain(name, lower)];
        foreach (var known in _names)
        {
            if (known.AsSpan().SequenceEqual(lower))
            {
                return;
            }
        }

        _names.Add(lower);
    }

    public void Hide(string name) => Hide(Encoding.Latin1.GetBytes(name));

    public void HideHost(ReadOnlySpan<byte> host)
    {
        if (!IsPublic(host))
        {
            Hide(host);
        }
    }

    /// <summary>host and, of a Contact, user of a URI.</summary>
    public void HideUri(ReadOnlySpan<byte> uriText, bool user = false)
    {
        if (SipUri.TryParse(uriText, out var uri) && uri.Scheme is UriScheme.Sip or UriScheme.Sips)
        {
            HideHost(uri.Host);
            if (user && !uri.User.SequenceEqual(_known))
            {
                Hide(uri.User);
            }
        }
    }

    /// <summary>callid = word [ "@" word ]: the whole, and what stands on both sides of the "@", which is a host more often than not.</summary>
    public void HideCallId(ReadOnlySpan<byte> callId)
    {
        Hide(callId);
        if (callId.IndexOf((byte)'@') is > 0 and var at)
        {
            Hide(callId[..at]);
            HideHost(callId[(at + 1)..]);
        }
    }

    /// <summary>Everything in a message that belongs to the leg that it came on.</summary>
    public void HideAllOf(SipMessage message)
    {
        HideCallId(message.Value(HeaderId.CallId));
        foreach (var value in message.Values(HeaderId.Via))
        {
            if (Via.TryParse(value, out var via))
            {
                HideHost(via.Host);
                HideHost(via.Received);
                Hide(via.Branch);
            }
        }

        HideParties(message, HeaderId.From, user: false);
        HideParties(message, HeaderId.To, user: false);
        HideParties(message, HeaderId.Contact, user: true);
        HideParties(message, HeaderId.Route, user: true);
        HideParties(message, HeaderId.RecordRoute, user: true);
    }

    /// <summary>
    /// Whether a name stands in the text whole: no letter and no digit next to it. Case and escapes (%40) count for nothing, so a name inside the
    /// escaped headers of a URI is found as well.
    /// </summary>
    public bool Names(ReadOnlySpan<byte> text)
    {
        if (text.Length < Shortest)
        {
            return false;
        }

        if (_learn is { } learn)
        {
            _learn = null;
            learn(this);
        }

        Span<byte> plain = text.Length <= 512 ? stackalloc byte[512] : new byte[text.Length];
        plain = plain[..Plain(text, plain)];
        foreach (var name in _names)
        {
            if (StandsIn(plain, name))
            {
                return true;
            }
        }

        return false;
    }

    private void HideParties(SipMessage message, HeaderId id, bool user)
    {
        foreach (var value in message.Values(id))
        {
            if (NameAddr.TryParse(value, out var party))
            {
                HideUri(party.Uri, user);
                Hide(party.Tag);
            }
        }
    }

    private static bool StandsIn(ReadOnlySpan<byte> text, ReadOnlySpan<byte> name)
    {
        for (int from = 0, at; (at = text[from..].IndexOf(name)) >= 0; from += at + 1)
        {
            var start = from + at;
            var end = start + name.Length;
            if ((start == 0 || !char.IsAsciiLetterOrDigit((char)text[start - 1])) && (end == text.Length || !char.IsAsciiLetterOrDigit((char)text[end])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Unescaped and in lower case.</summary>
    private static int Plain(ReadOnlySpan<byte> text, Span<byte> into)
    {
        var length = text.Length;
        if (text.Contains((byte)'%'))
        {
            length = Escapes.Unescape(text, into);
            text = into[..length];
        }

        for (var i = 0; i < length; i++)
        {
            into[i] = Octets.Lower(text[i]);
        }

        return length;
    }
}
