using System.Net;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Parties;

/// <summary>
/// One side of one call, with its own truth of what has happened: the user agent of RFC 3261, small. It throws where the controller does what no user
/// agent may do to another.
/// </summary>
internal abstract class Party(SimulatedWorld world, int call, string mark, IPEndPoint address, IPEndPoint controller, PartyScript script)
    : UserAgent(world, call, mark, address, controller, script)
{
    public PartyPhase Phase { get; protected set; }

    /// <summary>It was up at some time.</summary>
    public bool WasUp { get; protected set; }
    public abstract bool IsCaller { get; }

    public void Receive(SipMessage message)
    {
        if (message.IsRequest)
        {
            Asked(message);
        }
        else
        {
            Answered(message);
        }
    }

    /// <summary>Timers B and F of a request.</summary>
    public override void Unanswered(Ask ask)
    {
        if (ask is { HasOffer: true, Dialog: { } dialog })
        {
            dialog.OfferSent = false;
        }
    }

    /// <summary>No ACK came within 64*T1: RFC 3261 section 13.3.1.4 ends the call by a BYE.</summary>
    public override void Unacknowledged(Serve serve)
    {
        if (serve is { Final: >= 200 and < 300, Dialog: { } dialog })
        {
            HangUp(dialog);
        }
    }

    public void HangUp(PartyDialog dialog)
    {
        if (dialog is { IsUp: true, IsOver: false })
        {
            Over(dialog);
            Request(dialog, SipMethod.Bye, null);
        }
    }

    // ---- what a party does of its own accord once its call is up

    protected void Talk(PartyDialog dialog)
    {
        After(Script.ReinviteAfter, () =>
        {
            if (!IsIdle(dialog))
            {
                return;
            }

            World.Saw(Call, Script.LateReoffer ? Ingredient.LateReoffer : Ingredient.Reinvite);
            Request(dialog, SipMethod.Invite, Script.LateReoffer ? null : Offer(dialog));
        });
        After(Script.UpdateAfter, () =>
        {
            if (dialog.AllowsUpdate && IsIdle(dialog))
            {
                World.Saw(Call, Ingredient.Update);
                Request(dialog, SipMethod.Update, Script.UpdateOffers ? Offer(dialog) : null);
            }
        });
        After(Script.InfoAfter, () =>
        {
            if (dialog is { IsUp: true, IsOver: false } && !Serves.Exists(serve => serve == FirstInvite && !serve.Acknowledged))
            {
                Request(dialog, SipMethod.Info, null);
            }
        });
    }

    /// <summary>The INVITE that a callee got; null at a caller.</summary>
    protected virtual Serve? FirstInvite => null;

    /// <summary>No offer is open either way and no INVITE under way: 14.1 and RFC 3311 section 5.1 ask for both before a new offer.</summary>
    private bool IsIdle(PartyDialog dialog) => dialog is { IsUp: true, IsOver: false, IsQuiet: true }
        && !Asks.Exists(static ask => ask is { Method: SipMethod.Invite or SipMethod.Update, IsOpen: true })
        && !Serves.Exists(static serve => serve.Method == SipMethod.Invite && !serve.Closed && !serve.Acknowledged);

    // ---- what comes in: responses

    private void Answered(SipMessage response)
    {
        string branch = PartyText.Branch(response);
        if (Asks.Find(a => a.Branch == branch && a.Method == response.Method) is not { } ask)
        {
            return;
        }

        int status = response.StatusCode;
        if (status < 200)
        {
            ask.Provisional |= ask.IsOpen;
            Progressed(ask, response);
            return;
        }

        if (ask.Final != 0 && ask.Final != status)
        {
            throw new ViolationException("final", $"{Mark}: {ask.Final} and then {status} to one {ask.Method}");
        }

        bool first = ask.IsOpen;
        if (first)
        {
            ask.Final = status;
            if (status == 491)
            {
                World.Saw(Call, Ingredient.Glare);
            }
        }

        Answered(ask, response, first);
    }

    protected virtual void Progressed(Ask ask, SipMessage response)
    {
    }

    /// <param name="first">It is no repetition.</param>
    protected virtual void Answered(Ask ask, SipMessage response, bool first)
    {
        if (ask.Method == SipMethod.Invite)
        {
            Acknowledge(ask, response, ask.Dialog!);
        }
        else if (first && ask is { HasOffer: true, Dialog: { } dialog })
        {
            dialog.OfferSent = false;

            // RFC 3311 section 5.2: "the UAS MUST … generate an answer in the 2xx"; RFC 3262 section 5: "If the PRACK contains an offer, the UAS … MUST answer in the 2xx to the PRACK".
            Must(ask.Final >= 300 || !response.Body.IsEmpty, "C8", $"the offer in {ask.Method} {ask.CSeq} got a {ask.Final} without an answer");
        }
    }

    /// <summary>ACK of a re-INVITE's final response, and of the first INVITE's 2xx.</summary>
    protected void Acknowledge(Ask ask, SipMessage response, PartyDialog dialog)
    {
        if (response.StatusCode >= 300)
        {
            dialog.OfferSent &= !ask.HasOffer;
            ask.Acknowledgement ??= PartyText.Finish($"ACK {dialog.RemoteTarget} SIP/2.0\r\nVia: {ViaOf(ask.Branch)}\r\nMax-Forwards: 70\r\nFrom: {LocalParty};tag={dialog.LocalTag}\r\n"
                + $"To: {PartyText.Value(response, HeaderId.To)}\r\nCall-ID: {CallId}\r\nCSeq: {ask.CSeq} ACK\r\n", null);
            Send(ask.Acknowledgement);
            return;
        }

        dialog.Heard(response);
        ask.Acknowledgement ??= Text(dialog, SipMethod.Ack, ask.CSeq, NewBranch(), Settle(ask, response, dialog));
        Send(ask.Acknowledgement);
    }

    /// <summary>What the first 2xx to an INVITE means for its offer/answer exchange: RFC 3261 section 13.2.1.</summary>
    /// <returns>The answer for the ACK; null if none is due.</returns>
    private string? Settle(Ask ask, SipMessage response, PartyDialog dialog)
    {
        bool first = ask.Dialog is null;
        if (first && dialog.Settled)
        {
            return null;
        }

        Must(!first || !dialog.OfferReceived, "C7", "a 2xx has come before the PRACK of the reliable response with the offer");
        Must(!response.Body.IsEmpty, "C8", $"a 2xx to INVITE {ask.CSeq} without {(ask.HasOffer ? "the answer" : "an offer")}");
        dialog.OfferSent &= !ask.HasOffer;
        dialog.Settled = true;
        return ask.HasOffer ? null : Same(dialog);
    }

    // ---- what comes in: requests

    private void Asked(SipMessage request)
    {
        string branch = PartyText.Branch(request);
        if (request.Method == SipMethod.Ack)
        {
            Acknowledged(request, branch);
            return;
        }

        bool known = false;
        foreach (Serve serve in Serves)
        {
            if (serve.Branch == branch && serve.Method == request.Method)
            {
                serve.Retransmitted();
                known = true;
            }
        }

        if (!known)
        {
            New(request);
        }
    }

    /// <summary>A request that is no repetition.</summary>
    protected virtual void New(SipMessage request)
    {
        string local = PartyText.Tag(request, HeaderId.To);
        string remote = PartyText.Tag(request, HeaderId.From);
        PartyDialog? dialog = Dialogs.Find(d => d.LocalTag == local && d.RemoteTag == remote);
        var serve = new Serve(World, this, request, dialog);
        Serves.Add(serve);
        if (request.Method == SipMethod.Cancel)
        {
            CancelAsked(serve);
            return;
        }

        Must(local.Length == 0 || IsCaller || dialog is not null, "C3", $"{request.Method} for a dialog that never was, {local} {remote}");
        if (dialog is null)
        {
            Reply(serve, 481);
        }
        else if (serve.CSeq < dialog.RemoteCSeq)
        {
            // 12.2.2: out of order.
            Reply(serve, 500);
        }
        else
        {
            Must(serve.CSeq != dialog.RemoteCSeq, "C3", $"CSeq {serve.CSeq} again, for {serve.Method} with another branch");
            dialog.RemoteCSeq = serve.CSeq;
            InDialog(serve, dialog);
        }
    }

    protected virtual void Acknowledged(SipMessage ack, string branch)
    {
        uint number = PartyText.Number(ack);
        string local = PartyText.Tag(ack, HeaderId.To);
        Serve? serve = Serves.Find(s => s.Method == SipMethod.Invite && s.CSeq == number && s.Final != 0
            && (s.Final < 300 ? s.Dialog?.LocalTag == local : s.Branch == branch));
        if (serve is not { Acknowledged: false })
        {
            return;
        }

        serve.Acknowledged = true;
        if (serve is { Final: < 300, Dialog: { } dialog })
        {
            // The answer to an offer of ours in the 2xx.
            dialog.OfferSent = false;
            Confirmed(serve, dialog);
        }
    }

    protected virtual void Confirmed(Serve serve, PartyDialog dialog)
    {
    }

    protected virtual void InDialog(Serve serve, PartyDialog dialog)
    {
        switch (serve.Method)
        {
            case SipMethod.Bye:
                Reply(serve, 200);
                Over(dialog);
                foreach (Serve open in Serves.FindAll(s => s.IsOpen && s.Dialog == dialog))
                {
                    // 15.1.2: "The UAS MUST still respond to any pending requests received for that dialog … 487".
                    Reply(open, 487);
                }

                break;
            case SipMethod.Invite when dialog.IsOver:
                Reply(serve, 481);
                break;
            case SipMethod.Invite when Asks.Exists(static a => a is { Method: SipMethod.Invite, IsOpen: true }) || dialog.OfferSent:
                Reply(serve, 491);
                break;
            case SipMethod.Invite:
                Reinvited(serve, dialog);
                break;
            case SipMethod.Update:
                Updated(serve, dialog);
                break;
            default:
                Reply(serve, dialog.IsOver ? 481 : 200);
                break;
        }
    }

    private void Reinvited(Serve serve, PartyDialog dialog)
    {
        bool offer = !serve.Request.Body.IsEmpty;
        if (IsBehindRefused(dialog))
        {
            // RFC 3261 section 14.2: "A UAS that receives a second INVITE before it sends the final response to a first INVITE with a lower CSeq sequence number
            // on the same dialog MUST return a 500 (Server Internal Error) response to the second INVITE and MUST include a Retry-After header field".
            Reply(serve, 500, extra: "Retry-After: 3\r\n");
            return;
        }

        Must(!offer || !dialog.OfferReceived, "C8", $"re-INVITE {serve.CSeq} makes a second offer while the first waits for its answer");
        dialog.Heard(serve.Request);
        dialog.OfferReceived = offer;
        After(Script.ReinviteAnswerAfter, () =>
        {
            if (!serve.IsOpen)
            {
                return;
            }

            dialog.OfferReceived = false;
            if (Script.RefuseReinvite)
            {
                Reply(serve, 488);
                return;
            }

            dialog.OfferSent = !offer;
            Reply(serve, 200, offer ? Same(dialog) : Offer(dialog));
        });
    }

    private void Updated(Serve serve, PartyDialog dialog)
    {
        bool offer = !serve.Request.Body.IsEmpty;

        // RFC 3311 section 5.1: "it is possible that the UAS may not support UPDATE": its Allow tells.
        Must(Script.AllowsUpdate, "C8", $"UPDATE {serve.CSeq} to one that does not allow it");
        if (offer && IsBehindRefused(dialog))
        {
            // RFC 3311 section 5.2: "If an UPDATE is received that contains an offer, and the UAS has received an offer … to which it has not yet generated an answer,
            // the UAS MUST reject the UPDATE with a 500 response, and MUST include a Retry-After header field".
            Reply(serve, 500, extra: "Retry-After: 3\r\n");
            return;
        }

        Must(!offer || !dialog.OfferReceived, "C8", $"UPDATE {serve.CSeq} makes a second offer while the first waits for its answer");
        dialog.Heard(serve.Request);
        if (dialog.IsOver)
        {
            Reply(serve, 481);
        }
        else if (offer && dialog.OfferSent)
        {
            // RFC 3311 section 5.2: "If an UPDATE is received that contains an offer, and the UAS has generated an offer … the UAS MUST reject the UPDATE with a 491".
            Reply(serve, 491);
        }
        else
        {
            Reply(serve, 200, offer ? Same(dialog) : null);
        }
    }

    /// <summary>
    /// A re-INVITE is here and not yet answered, of which a later copy could not be sent: RFC 3261 section 8.1.3.1, "If a fatal transport error is reported by the
    /// transport layer …, the condition MUST be treated as a 503 (Service Unavailable) status code". For whoever sent it, it has been refused.
    /// </summary>
    private bool IsBehindRefused(PartyDialog dialog) =>
        Serves.Exists(s => s is { Method: SipMethod.Invite, IsOpen: true } && s.Dialog == dialog && World.Refused.Contains(s.Branch));

    /// <summary>An INVITE of theirs within the dialog is cancelled; a callee's first one is its own affair.</summary>
    protected virtual void CancelAsked(Serve cancel)
    {
        if (Serves.Find(s => s.Method == SipMethod.Invite && s.Branch == cancel.Branch) is not { } invite)
        {
            Reply(cancel, 481);
            return;
        }

        Reply(cancel, 200);
        if (invite is { IsOpen: true, Dialog: { } dialog })
        {
            dialog.OfferReceived = false;
            Reply(invite, 487);
        }
    }

    protected virtual void Over(PartyDialog dialog)
    {
        dialog.IsOver = true;
        if (WasUp && !Dialogs.Exists(static d => d is { IsUp: true, IsOver: false }))
        {
            Phase = PartyPhase.Over;
        }
    }
}
