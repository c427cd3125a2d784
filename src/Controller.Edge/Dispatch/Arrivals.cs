using System.Text;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Actors.Tokens;
using Controller.Edge.Screening;
using Controller.Edge.Telemetry;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Controller.Sip.Framing;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;
using Controller.Sip.Uris;

namespace Controller.Edge.Dispatch;

/// <summary>
/// The way of a framed message to its actor, or to an answer without one: (1) well formed? (2) a response: ours? (3) a request: may it be
/// refused at the door? (4) which actor? (5) will it take more? Called on the thread that received; thread-safe; takes over the message.
/// </summary>
internal sealed class Arrivals(
    RequestRules rules, IActorSystem system, SettingsSource<ControllerSettings> settings, StatelessAnswers answers, EdgeInstruments instruments, TimeProvider clock)
{
    private readonly RecentRequests _recent = new(clock);
    private OwnAddresses _own = new([]);

    /// <summary>Before anything is received.</summary>
    public void Attach(OwnAddresses own) => _own = own;

    public void Accept(SipMessage message, Flow flow)
    {
        RejectionReason reason = MessageScreening.Check(message);
        if (reason != RejectionReason.None)
        {
            Refuse(message, reason, flow);
        }
        else if (message.IsRequest)
        {
            Request(message, flow);
        }
        else
        {
            Response(message, flow);
        }
    }

    /// <summary>What is not a well-formed message: answered if that is possible, counted in any case.</summary>
    public void Refuse(SipMessage message, RejectionReason reason, Flow flow)
    {
        instruments.Malformed(reason);
        int status = MessageScreening.StatusFor(reason);

        // RFC 4475 section 3.1.2.1 wants a 400 even where the Via itself is malformed: it is sent back as it came, to where it came from.
        // Never to a response, nor to an ACK (RFC 3261 section 17.1.1.3).
        if (status != 0 && message.IsRequest && message.Method != SipMethod.Ack && message.Has(HeaderId.Via))
        {
            answers.Answer(message, flow, status, Encoding.ASCII.GetBytes(MessageScreening.Phrase(reason)));
        }

        message.Release();
    }

    private void Response(SipMessage response, Flow flow)
    {
        // A second Via was refused with the malformed (RFC 3261 section 8.1.3.3), so the first value of the first line is all there is.
        // RFC 3261 section 18.1.2: "If the value of the sent-by parameter in that header field value does not correspond to a value that the
        // client transport is configured to insert into requests, the response MUST be silently discarded."
        if (!Via.TryParse(response.Value(HeaderId.Via), out Via via) || !_own.Wrote(via))
        {
            Drop(response, DropReason.ForeignResponse);
            return;
        }

        if (!system.Tell(Addressee.OfResponse(settings.Current.Secret.Span, response, via.Branch), new CallInput.ResponseReceived(response, flow)))
        {
            instruments.DispatchRefused();
            Drop(response, DropReason.Overload);
        }
    }

    private void Request(SipMessage request, Flow flow)
    {
        ControllerSettings current = settings.Current;
        if (request.Method == SipMethod.Ack)
        {
            if (StatelessTag.IsIn(TagOf(request, HeaderId.To), current.Secret.Span, request))
            {
                Drop(request, DropReason.AckOfStatelessAnswer);
                return;
            }

            Tell(request, flow, current);
            return;
        }

        int status = RequestScreening.Answer(request, rules, out string unsupported);
        if (status != 0)
        {
            Answer(request, flow, status, default, unsupported);
            return;
        }

        // RFC 3261 section 16.3 step 4: "If the request contains a Via header field with a sent-by value that equals a value placed into
        // previous requests by the proxy, the request has been forwarded by this element before." A call does not pass through us twice.
        if (HasOwnVia(request))
        {
            Answer(request, flow, 482);
            return;
        }

        switch (request.Method)
        {
            case SipMethod.Register:
                Register(request, flow, current);
                break;

            case var _ when Here(request, current) is var here and not 0:
                Answer(request, flow, here);
                break;

            // RFC 3261 section 15.1.2: "If the BYE does not match an existing dialog, the UAS core SHOULD generate a 481"; so do PRACK
            // (RFC 3262 section 3), UPDATE (RFC 3311 section 5.2) and INFO (RFC 6086 section 4.2.2), which live in dialogs only.
            case SipMethod.Bye or SipMethod.Prack or SipMethod.Update or SipMethod.Info when TagOf(request, HeaderId.To).IsEmpty:
                Answer(request, flow, 481);
                break;
            default:
                Tell(request, flow, current);
                break;
        }
    }

    private void Register(SipMessage request, Flow flow, ControllerSettings current)
    {
        // RFC 3261 section 10.3 step 1: "The registrar inspects the Request-URI to determine whether it has access to bindings for the
        // domain identified in the Request-URI."
        if (!SipUri.TryParse(request.RequestUri, out SipUri target) || !_own.AreAt(target.Host, current.Registrar))
        {
            Answer(request, flow, 404);
            return;
        }

        // RFC 3261 section 10.2: "The To header field and the Request-URI field typically differ … This address-of-record MUST be a SIP URI
        // or SIPS URI."
        if (!NameAddr.TryParse(request.Value(HeaderId.To), out NameAddr to) || !SipUri.TryParse(to.Uri, out SipUri aor)
            || aor.Scheme is not (UriScheme.Sip or UriScheme.Sips))
        {
            Answer(request, flow, 400, "Bad Request (address-of-record is no SIP URI)"u8);
            return;
        }

        // RFC 3261 section 10.3 step 5: "If the address-of-record is not valid for the domain in the Request-URI, the registrar MUST send a
        // 404 (Not Found) response".
        if (!_own.AreAt(aor.Host, current.Registrar))
        {
            Answer(request, flow, 404);
            return;
        }

        Begin(ActorKeys.ForAddressOfRecord(current.Secret.Span, current.RegistrarAddress(aor)), request, flow, new RegistrationInput.RegisterReceived(request, flow));
    }

    /// <summary>The status for a request outside a dialog that is for us, not for somebody behind us; 0: it is not.</summary>
    private int Here(SipMessage request, ControllerSettings current)
    {
        if (!TagOf(request, HeaderId.To).IsEmpty)
        {
            return 0;
        }

        // RFC 3261 section 11: an OPTIONS with Max-Forwards 0 may be answered by whom it reaches.
        bool last = request.Method == SipMethod.Options && request.Value(HeaderId.MaxForwards).SequenceEqual("0"u8);
        bool ours = SipUri.TryParse(request.RequestUri, out SipUri uri) && uri.User.IsEmpty && _own.AreAt(uri.Host, current.Registrar);
        return request.Method switch
        {
            // 11.2: the answer says what we are able to do, and needs nobody.
            SipMethod.Options when ours || last => 200,

            // RFC 6665 section 8.3.2: 489, we have no event package of our own; RFC 3903 section 6 step 3 says the same of PUBLISH.
            SipMethod.Subscribe or SipMethod.Publish when ours => 489,

            // RFC 6665 section 4.1.3: we have subscribed to nothing.
            SipMethod.Notify when ours => 481,

            // RFC 3261 section 21.4.5: nobody is named whom it could be for.
            SipMethod.Message when ours => 404,

            // 21.5.2: 501 "is the appropriate response when a UAS does not recognize the request method".
            SipMethod.Unknown when ours => 501,

            // A REFER outside a dialog would make us call for a stranger: RFC 3515 section 2.4.2 lets it be refused with a 6xx.
            SipMethod.Refer => 603,
            _ => 0,
        };
    }

    private void Tell(SipMessage request, Flow flow, ControllerSettings current)
    {
        ActorId actor = Addressee.OfRequest(current.Secret.Span, request);
        CallInput.RequestReceived input = new(request, flow);
        if (request.Method is not (SipMethod.Ack or SipMethod.Cancel) && TagOf(request, HeaderId.To).IsEmpty)
        {
            Begin(actor, request, flow, input);
        }
        else if (!system.Tell(actor, input))
        {
            // Within a dialog a 503 would end it at some peers (RFC 3261 section 12.2.1.2 names 408 and 481, products do more): silence makes
            // the peer send again.
            instruments.DispatchRefused();
            Drop(request, DropReason.Overload);
        }
    }

    /// <summary>What would begin something is told to come back later if it cannot be made safe now; a copy shares the fate of the first.</summary>
    private void Begin(ActorId actor, SipMessage request, Flow flow, object input)
    {
        ulong key = RecentRequests.KeyOf(request);
        Fate fate = _recent.Of(key);
        if (fate != Fate.Refused && !system.IsBehind(actor))
        {
            // Before it is told: from then on the message is the actor's.
            _recent.Remember(key, Fate.Taken);
            if (system.Tell(actor, input))
            {
                return;
            }
        }

        instruments.DispatchRefused();
        if (fate == Fate.Taken)
        {
            // The first copy waits, and will be answered.
            Drop(request, DropReason.Overload);
            return;
        }

        _recent.Remember(key, Fate.Refused);
        Answer(request, flow, 503);
    }

    private void Answer(SipMessage request, Flow flow, int status, ReadOnlySpan<byte> phrase = default, string unsupported = "")
    {
        answers.Answer(request, flow, status, phrase, unsupported);
        request.Release();
    }

    private void Drop(SipMessage message, DropReason reason)
    {
        instruments.Dropped(reason);
        message.Release();
    }

    private bool HasOwnVia(SipMessage request)
    {
        foreach (ReadOnlySpan<byte> value in request.Values(HeaderId.Via))
        {
            if (Via.TryParse(value, out Via via) && _own.Wrote(via))
            {
                return true;
            }
        }

        return false;
    }

    private static ReadOnlySpan<byte> TagOf(SipMessage message, HeaderId id) =>
        NameAddr.TryParse(message.Value(id), out NameAddr address) ? address.Tag : default;
}
