using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sip.Messages;
using Controller.Sip.Sdp;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.Evolution;

/// <summary>Requests within a dialog, and the ACKs of 2xx responses.</summary>
internal static class RequestProgress
{
    public static CallState Acknowledged(CallState state, CallEvent.Acknowledged e)
    {
        foreach (Answer answer in state.Answers)
        {
            if (answer.Leg == e.Leg && answer.CSeq == e.CSeq)
            {
                CallState next = state with { Answers = state.Answers.Remove(answer) };
                if (answer.HeldLeg >= 0)
                {
                    Leg held = next.Legs[answer.HeldLeg];
                    next = next.With(held with { Description = SentDescription.After(held.Description, e.Ack.Span) });
                }

                return !e.Ack.IsEmpty && answer.HeldLeg >= 0 && next.FindClient(answer.HeldLeg, SipMethod.Invite, answer.HeldCSeq) is { } client
                    ? next.Replacing(client with { Last = e.Ack })
                    : next;
            }
        }

        return state;
    }

    public static CallState RefusalAcknowledged(CallState state, CallEvent.RefusalAcknowledged e)
    {
        if (state.FindServer(e.Branch) is not { Kind: TransactionKind.InviteServer, Phase: (byte)InviteServerTransaction.Phase.Completed } server)
        {
            return state;
        }

        Transaction next = server.Step(TransactionInput.Ack, e.At, out TransactionEffects effects);
        return (effects & TransactionEffects.Terminated) != 0 ? state.Without(next) : state.Replacing(next);
    }

    public static CallState RequestAccepted(CallState state, CallEvent.RequestAccepted e)
    {
        TransactionKind kind = e.Method == SipMethod.Invite ? TransactionKind.InviteServer : TransactionKind.NonInviteServer;
        var server = Transaction.Start(kind, e.Leg, e.Branch, e.Method, e.CSeq, e.Flow, e.At) with
        {
            Received = SipMessage.Over(e.Request),
            Dialog = e.Dialog,
            IsHeld = e.IsHeld,
            IsUntimely = IsUntimely(state, e),
        };
        Leg side = state.Side(e.Leg, e.Dialog);
        return state
            .WithSide(side with { RemoteCSeq = Math.Max(side.RemoteCSeq, e.CSeq) }, e.Dialog)
            .Passed(e.Leg, e.Dialog, OfferAnswer.Side.Remote, Carriers.OfRequest(e.Method), Dialogs.HasSession(server.Received)) with
        { Transactions = state.Transactions.Add(server) };
    }

    private static bool IsUntimely(CallState state, CallEvent.RequestAccepted e)
    {
        if (state.EarlyDialog(e.Dialog) is not { } early)
        {
            return false;
        }

        OfferAnswer.State exchange = e.Leg == 0 ? early.CallerExchange : early.CalleeExchange;
        return OfferAnswer.Pass(exchange, OfferAnswer.Side.Remote, Carriers.OfRequest(e.Method), hasDescription: true).Verdict is OfferAnswer.Verdict.Busy or OfferAnswer.Verdict.Glare;
    }

    public static CallState RequestSent(CallState state, CallEvent.RequestSent e)
    {
        Leg leg = state.Side(e.Leg, e.Dialog);
        SentDescription? description = e.Method is SipMethod.Bye or SipMethod.Cancel ? leg.Description : SentDescription.After(leg.Description, e.Request.Span);
        TransactionKind kind = e.Method == SipMethod.Invite ? TransactionKind.InviteClient : TransactionKind.NonInviteClient;
        var client = Transaction.Start(kind, e.Leg, e.Branch, e.Method, e.CSeq, e.Flow, e.At) with
        {
            Request = e.Request,
            Peer = e.Peer,
            Purpose = e.Purpose,
            Dialog = e.Dialog,
            Credentials = e.Method == SipMethod.Invite && !leg.Challenges.IsEmpty ? CredentialLines.Of(e.Request.Span) : "",
            Before = description == leg.Description ? null : Instead(state, e.Peer)?.Before ?? leg.Description,
        };
        CallState next = ChallengeProgress.Used(state, e.Leg, e.Request.Span).Passed(e.Leg, e.Dialog, OfferAnswer.Side.Local, Carriers.OfRequest(e.Method), description != leg.Description) with
        {
            Transactions = state.Transactions.Add(client),
        };
        if (e.Peer.Length > 0 && next.FindServer(e.Peer) is { } server)
        {
            next = next.Replacing(server with { Peer = e.Branch, IsHeld = false });
        }

        // 9.1: "If there is no final response for the original request in 64*T1 seconds … the client SHOULD then consider the original transaction cancelled".
        if (e.Method == SipMethod.Cancel && next.FindClientByBranch(e.Branch) is { IsPending: true } cancelled)
        {
            next = next.Replacing(cancelled with { Timeout = new Deadline(TransactionTimer.B, e.At.After(SipTimers.Default.T1Times64)) });
        }

        // Whom we hang up gets no session description any more: a 2xx of its that waits for one is acknowledged without, now and each time it comes again.
        for (int i = 0; e.Method == SipMethod.Bye && i < next.Answers.Length; i++)
        {
            if (next.Answers[i].HeldLeg == e.Leg)
            {
                next = next with { Answers = next.Answers.SetItem(i, next.Answers[i] with { HeldLeg = -1 }) };
            }
        }

        // A CANCEL repeats the number of its INVITE (RFC 3261 section 9.1), and a BYE may be for a dialog other than the leg's own.
        uint cseq = Math.Max(leg.LocalCSeq, e.CSeq);
        leg = leg with { Challenges = next.Legs[e.Leg].Challenges };
        return next.WithSide(e.Method == SipMethod.Bye && e.Dialog.Length == 0
            ? leg with { LocalCSeq = cseq, State = LegState.Terminated, ByeOwed = false }
            : leg with { LocalCSeq = cseq, Description = description }, e.Dialog);
    }

    /// <summary>The request of ours that this one takes the place of, as the relay of the same request: a re-INVITE after an UPDATE that was refused.</summary>
    private static Transaction? Instead(CallState state, string peer) =>
        peer.Length > 0 && state.FindServer(peer) is { Peer.Length: > 0 } server ? state.FindClientByBranch(server.Peer) : null;

    public static CallState RequestAnswered(CallState state, CallEvent.RequestAnswered e)
    {
        if (state.FindServer(e.Branch) is not { } server)
        {
            return state;
        }

        CallState next = state;
        bool accepted = e.Status is >= 200 and < 300;
        Transaction? client = next.FindClientByBranch(server.Peer);
        if (state.IsOpen(server.Dialog))
        {
            next = Agreed(next, e, server, client, accepted);
        }

        if (client is not null)
        {
            // 17.1.1.3: whatever the peer says to a re-INVITE that nobody waits for any more gets its ACK; it has 64*T1 for it.
            next = e.Abandoned && client is { Kind: TransactionKind.InviteClient, IsPending: true }
                ? next.Replacing(client with { Retransmit = Deadline.None, Timeout = new Deadline(TransactionTimer.B, e.At.After(SipTimers.Default.T1Times64)) })
                : next.Answered(client, e.Status, e.At);
        }

        if (accepted && server.Method == SipMethod.Invite)
        {
            Answer answer = Answer.Sent(server.Leg, server.CSeq, e.Response, server.Flow, e.At) with { IsToReinvite = true };
            next = next with
            {
                Answers = next.Answers.Add(e.AckHeld && client is not null ? answer with { HeldLeg = e.Leg, HeldCSeq = client.CSeq } : answer),
            };
        }

        Transaction stepped = server.Step(TransactionInput.FromUser(e.Status), e.At, out TransactionEffects effects);
        return (effects & TransactionEffects.Terminated) != 0
            ? next.Without(stepped)
            : next.Replacing(stepped with { Last = accepted && server.Method == SipMethod.Invite ? default : e.Response, Received = null });
    }

    /// <summary>What both sides have agreed on with this response: targets, capabilities, descriptions.</summary>
    private static CallState Agreed(CallState state, CallEvent.RequestAnswered e, Transaction server, Transaction? client, bool accepted)
    {
        CallState next = state;
        Leg asked = state.Side(server.Leg, server.Dialog);
        if (accepted)
        {
            asked = asked with { Description = SentDescription.After(asked.Description, e.Response.Span) };
        }

        if (accepted && (server.Method is SipMethod.Invite or SipMethod.Update || Referrals.Concern(server.Method)))
        {
            // RFC 3261 section 12.2.2: a target refresh request replaces the remote target, on either side, once it is accepted.
            if (server.Received is { } request && Dialogs.ContactUri(request) is { Length: > 0 } contact)
            {
                LegCapabilities capabilities = PeerCapabilities.Of(request);
                asked = asked with { RemoteTarget = contact, Capabilities = capabilities == LegCapabilities.None ? asked.Capabilities : capabilities };
            }

            if (e.RemoteTarget.Length > 0)
            {
                Leg answering = next.Side(e.Leg, server.Dialog);
                next = next.WithSide(
                    answering with { RemoteTarget = e.RemoteTarget, Capabilities = e.Capabilities == LegCapabilities.None ? answering.Capabilities : e.Capabilities },
                    server.Dialog);
            }
        }
        else if (!accepted && client?.Before is { } before)
        {
            // RFC 3261 section 14.1: "the session parameters MUST remain unchanged, as if no re-INVITE had been issued".
            Leg offered = next.Side(client.Leg, client.Dialog);
            next = next.WithSide(offered with { Description = before with { Version = offered.Description?.Version ?? before.Version } }, client.Dialog);
        }

        next = next.WithSide(asked, server.Dialog);
        if (!server.IsUntimely)
        {
            next = next.Passed(server.Leg, server.Dialog, OfferAnswer.Side.Local, Carriers.OfResponse(server.Method, accepted), e.HasSession);
        }

        if (client is not null)
        {
            next = next.Passed(client.Leg, client.Dialog, OfferAnswer.Side.Remote, Carriers.OfResponse(client.Method, accepted), e.HasSession);
        }

        return next;
    }
}
