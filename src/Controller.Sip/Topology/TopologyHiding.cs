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
/// <param name="names">What is to be hidden, asked when it is first needed: most messages within a dialog have nothing to be looked through.</param>
/// <param name="message">The message that is looked through; given with <paramref name="names"/>.</param>
public sealed class TopologyHiding(string shownHost, IReadOnlySet<string> publicDomains, IHiddenNames? names = null, SipMessage? message = null)
{
    /// <summary>A shorter name (a tag "1") says nothing by itself, and would be found everywhere.</summary>
    private const int Shortest = 4;

    // The names, in lower case, one behind the other, and where each of them ends.
    private byte[] _names = [];
    private int[] _ends = [];
    private int _count;

    // What stands for text that is asked about in characters.
    private byte[] _octets = [];
    private byte[] _known = [];
    private IHiddenNames? _unasked = names;

    public string ShownHost => shownHost;

    public bool IsPublic(ReadOnlySpan<byte> host) => publicDomains.Count > 0 && publicDomains.Contains(Encoding.Latin1.GetString(host).ToLowerInvariant());

    /// <summary>
    /// The user by which the other side itself calls this one (its To, or the From that it was shown): a number that it has dialled is no secret to it, and
    /// what holds that number crosses, though it may be the user of a Contact as well.
    /// </summary>
    public void Know(ReadOnlySpan<char> uriText) => Know(OctetsOf(uriText));

    private void Know(ReadOnlySpan<byte> uriText) => _known = SipUri.TryParse(uriText, out var uri) && uri.Scheme is UriScheme.Sip or UriScheme.Sips ? uri.User.ToArray() : [];

    /// <summary>A tag, a Call-ID, a branch.</summary>
    public void Hide(ReadOnlySpan<byte> name)
    {
        if (name.Length < Shortest)
        {
            return;
        }

        var start = _count == 0 ? 0 : _ends[_count - 1];
        if (_names.Length - start < name.Length)
        {
            Array.Resize(ref _names, Math.Max(_names.Length * 2, start + name.Length + 256));
        }

        var length = Plain(name, _names.AsSpan(start));
        var lower = _names.AsSpan(start, length);
        for (var i = 0; i < _count; i++)
        {
            if (NameAt(i).SequenceEqual(lower))
            {
                return;
            }
        }

        if (_count == _ends.Length)
        {
            Array.Resize(ref _ends, Math.Max(_ends.Length * 2, 16));
        }

        _ends[_count++] = start + length;
    }

    /// <param name="name">One character for one octet, as in the overloads below.</param>
    public void Hide(ReadOnlySpan<char> name) => Hide(OctetsOf(name));

    public void HideHost(ReadOnlySpan<char> host) => HideHost(OctetsOf(host));

    public void HideUri(ReadOnlySpan<char> uriText, bool user = false) => HideUri(OctetsOf(uriText), user);

    public void HideCallId(ReadOnlySpan<char> callId) => HideCallId(OctetsOf(callId));

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

        if (_unasked is { } names)
        {
            _unasked = null;
            names.HideIn(this, message!);
        }

        Span<byte> plain = text.Length <= 512 ? stackalloc byte[512] : new byte[text.Length];
        plain = plain[..Plain(text, plain)];
        for (var i = 0; i < _count; i++)
        {
            if (StandsIn(plain, NameAt(i)))
            {
                return true;
            }
        }

        return false;
    }

    private ReadOnlySpan<byte> NameAt(int index)
    {
        var start = index == 0 ? 0 : _ends[index - 1];
        return _names.AsSpan(start, _ends[index] - start);
    }

    /// <summary>Valid until it is asked for the next text.</summary>
    private ReadOnlySpan<byte> OctetsOf(ReadOnlySpan<char> latin1)
    {
        if (_octets.Length < latin1.Length)
        {
            _octets = new byte[Math.Max(latin1.Length, 128)];
        }

        return _octets.AsSpan(0, Encoding.Latin1.GetBytes(latin1, _octets));
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
        }
        else
        {
            text.CopyTo(into);
        }

        // What is done at once ends at an octet over 0x7F, which has no case.
        for (var done = 0; done < length; done++)
        {
            Ascii.ToLowerInPlace(into[done..length], out var changed);
            done += changed;
        }

        return length;
    }
}
