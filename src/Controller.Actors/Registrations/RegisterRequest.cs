using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Controller.Sharding.Model;
using Controller.Actors.Policies;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;
using Controller.Sip.Uris;

namespace Controller.Actors.Registrations;

/// <summary>What a registrar reads of a REGISTER. An own copy: nothing of it points into the message.</summary>
internal sealed record RegisterRequest
{
    // RFC 3261 section 17.2.2: timer J is 64*T1 for unreliable transports.
    private static readonly TimeSpan TimerJ = TimeSpan.FromSeconds(32);

    /// <summary>user@host as it keys the bindings.</summary>
    public required string AddressOfRecord { get; init; }

    /// <summary>The user part of it, unescaped.</summary>
    public required string User { get; init; }

    /// <summary>Of the To URI, lower case.</summary>
    public required string Host { get; init; }
    public required string CallIdValue { get; init; }
    public required uint CSeq { get; init; }
    public required string Branch { get; init; }
    public required Flow Flow { get; init; }

    /// <summary>Contact: *</summary>
    public required bool IsWildcard { get; init; }
    public required ImmutableArray<RequestedContact> Contacts { get; init; }

    /// <summary>The Expires header in seconds; null if absent.</summary>
    public required uint? Expires { get; init; }

    /// <summary>Supported: outbound (RFC 5626).</summary>
    public required bool SupportsOutbound { get; init; }

    /// <summary>It came through a proxy that did not say it keeps the flow (Path with "ob").</summary>
    public required bool FirstHopLacksOutbound { get; init; }

    /// <summary>False if a part that a registrar cannot do without is malformed.</summary>
    public static bool TryRead(SipMessage message, Flow flow, ControllerSettings settings, [NotNullWhen(true)] out RegisterRequest? request)
    {
        request = null;
        if (!NameAddr.TryParse(message.Value(HeaderId.To), out NameAddr to)
            || !SipUri.TryParse(to.Uri, out SipUri uri)
            || uri.Scheme is not (UriScheme.Sip or UriScheme.Sips)
            || !Controller.Sip.Headers.CSeq.TryParse(message.Value(HeaderId.CSeq), out CSeq cseq, out _)
            || !Via.TryParse(message.Value(HeaderId.Via), out Via via)
            || !TryReadContacts(message, out bool isWildcard, out ImmutableArray<RequestedContact> contacts))
        {
            return false;
        }

        string aor = settings.RegistrarAddress(uri);
        int at = aor.LastIndexOf('@');
        request = new RegisterRequest
        {
            AddressOfRecord = aor,
            User = at < 0 ? "" : aor[..at],
            Host = Encoding.UTF8.GetString(uri.Host).ToLowerInvariant(),
            CallIdValue = Encoding.UTF8.GetString(message.Value(HeaderId.CallId)),
            CSeq = cseq.Number,
            Branch = Encoding.UTF8.GetString(via.Branch),
            Flow = flow,
            IsWildcard = isWildcard,
            Contacts = contacts,
            Expires = message.Has(HeaderId.Expires) ? DeltaSeconds.Parse(message.Value(HeaderId.Expires)) : null,
            SupportsOutbound = HasToken(message, HeaderId.Supported, "outbound"u8),
            FirstHopLacksOutbound = IsRelayedWithoutFlow(message),
        };
        return true;
    }

    /// <summary>The answer to the request that this one repeats. Only towards where it came from: the octets name the bindings.</summary>
    public RecentAnswer? FindAnswer(ImmutableArray<RecentAnswer> answers)
    {
        foreach (RecentAnswer answer in answers)
        {
            if (answer.Branch == Branch && answer.CSeq == CSeq && answer.CallIdValue == CallIdValue && answer.Flow == Flow)
            {
                return answer;
            }
        }

        return null;
    }

    public RecentAnswer AnswerWith(ReadOnlyMemory<byte> bytes, Instant now) => new(Branch, CallIdValue, CSeq, Flow, bytes, now.After(TimerJ));

    private static bool TryReadContacts(SipMessage message, out bool isWildcard, out ImmutableArray<RequestedContact> contacts)
    {
        isWildcard = false;
        contacts = [];
        if (!message.Has(HeaderId.Contact))
        {
            return true;
        }

        ImmutableArray<RequestedContact>.Builder read = ImmutableArray.CreateBuilder<RequestedContact>(2);
        foreach (ReadOnlySpan<byte> value in message.Values(HeaderId.Contact))
        {
            if (value.SequenceEqual("*"u8))
            {
                isWildcard = true;
            }
            else if (RequestedContact.TryRead(value, out RequestedContact? contact))
            {
                read.Add(contact);
            }
            else
            {
                return false;
            }
        }

        contacts = read.DrainToImmutable();
        return true;
    }

    private static bool IsRelayedWithoutFlow(SipMessage message)
    {
        int hops = 0;
        foreach (ReadOnlySpan<byte> _ in message.Values(HeaderId.Via))
        {
            hops++;
        }

        return hops > 1
            && !(NameAddr.TryParse(message.Value(HeaderId.Path), out NameAddr path)
                && SipUri.TryParse(path.Uri, out SipUri uri) && uri.TryParameter("ob"u8, out _));
    }

    private static bool HasToken(SipMessage message, HeaderId id, ReadOnlySpan<byte> token)
    {
        foreach (ReadOnlySpan<byte> value in message.Values(id))
        {
            if (Ascii.EqualsIgnoreCase(value, token))
            {
                return true;
            }
        }

        return false;
    }
}
