using System.Collections.Immutable;
using Controller.Actors.Policies;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Digest;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Registrations;

/// <summary>The responses to one REGISTER. Their octets depend on nothing but the request, the bindings and the time of the decision.</summary>
internal readonly ref struct RegisterAnswers(SipMessage request, Flow flow, ActorContext<ControllerSettings> context)
{
    private readonly SipMessage _request = request;
    private readonly Flow _flow = flow;
    private readonly ActorContext<ControllerSettings> _context = context;

    /// <param name="reason">Empty: the standard phrase.</param>
    public RegistrationEffect.Send Refuse(int status, ReadOnlySpan<byte> reason) => Send(Begin(status, reason));

    public RegistrationEffect.Send Challenge(bool stale)
    {
        RegistrarSettings registrar = _context.Settings.Registrar;
        string nonce = StatelessNonce.Make(_context.Settings.Secret.Span, registrar.DigestRealm, _context.Now.Milliseconds);
        return Send(Begin(401, default).Challenge(HeaderId.WwwAuthenticate, registrar, nonce, stale));
    }

    /// <summary>
    /// RFC 3261 section 10.3 step 7: "This response MUST contain a Min-Expires header field that states the minimum expiration interval the
    /// registrar is willing to honor."
    /// </summary>
    public RegistrationEffect.Send TooBrief() => Send(Begin(423, default)
        .HeaderStart(HeaderId.MinExpires).Append((long)_context.Settings.Registrar.MinExpires.TotalSeconds).HeaderEnd());

    /// <summary>
    /// RFC 3261 section 10.3 step 8: "The response MUST contain Contact header field values enumerating all current bindings. Each Contact
    /// value MUST feature an "expires" parameter indicating its expiration interval chosen by the registrar."
    /// </summary>
    public RegistrationEffect.Send Ok(ImmutableArray<Binding> bindings, bool outbound)
    {
        SipWriter writer = Begin(200, default);
        foreach (Binding binding in bindings)
        {
            long remaining = (binding.ExpiresAt.Milliseconds - _context.Now.Milliseconds + 999) / 1000;
            writer.HeaderStart(HeaderId.Contact).Append("<"u8).Append(binding.Contact).Append(">"u8).Append(binding.Parameters)
                .Append(";expires="u8).Append(remaining).HeaderEnd();
        }

        // RFC 5626 section 6: "If the registrar [...] successfully performed outbound processing, it MUST add the Require header field with
        // an "outbound" option-tag" to the response.
        if (outbound)
        {
            writer.Header(HeaderId.Require, "outbound"u8);
        }

        return Send(writer);
    }

    public RegistrationEffect.Send Again(ReadOnlyMemory<byte> bytes) => new(Responses.Destination(_request, _flow), bytes);

    private SipWriter Begin(int status, ReadOnlySpan<byte> reason) => Responses.Begin(_request, status, reason, _flow.Remote, Tag());

    // RFC 3261 section 8.2.7 asks of a stateless UAS that the same request gets the same tag: derived from the Call-ID, it does.
    private string Tag() => Tags.Make(_context.Settings.Secret.Span, _context.Self.Key, 0, _request.Value(HeaderId.CallId));

    private RegistrationEffect.Send Send(SipWriter writer) => Again(writer.Finish());
}
