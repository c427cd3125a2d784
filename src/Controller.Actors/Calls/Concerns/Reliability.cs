using System.Globalization;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Sdp;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// Reliable provisional responses (RFC 3262), on each side for itself. A callee's reliable response to a caller that can do the same is relayed with an
/// RSeq of ours, and so is the caller's PRACK; where only one of the two can, we acknowledge, or wait for the acknowledgement, ourselves.
/// </summary>
internal static class Reliability
{
    /// <summary>
    /// Do we offer 100rel to the callees? Not for an INVITE without an offer of a caller that cannot do it: a reliable response would then carry an offer
    /// (RFC 3262 section 5) that nobody could answer.
    /// </summary>
    public static bool IsOffered(SipMessage invite, Leg caller) => Dialogs.HasSession(invite) || caller.Capabilities.Has(LegCapabilities.Reliable);

    /// <summary>The RSeq of a reliable provisional response; 0 if it is not one.</summary>
    public static uint RSeqOf(Turn turn, SipMessage response) =>
        PeerCapabilities.Requires(response, "100rel"u8) && TryNumber(response.Value(HeaderId.RSeq), out uint rseq) && IsOffered(turn.State.Invite!, turn.State.A) ? rseq : 0;

    /// <summary>
    /// RFC 3262 section 4: "Once a reliable provisional response is received, retransmissions of that response MUST be discarded." "If the UAC receives
    /// another reliable provisional response to the same request, and its RSeq value is not one higher than the value of the sequence number, that
    /// response MUST NOT be acknowledged with a PRACK, and MUST NOT be processed further by the UAC."
    /// </summary>
    public static bool IsInOrder(EarlyDialog? dialog, uint rseq) => rseq == 0 || dialog is null || dialog.RemoteRSeq == 0 || rseq == dialog.RemoteRSeq + 1;

    /// <summary>The RSeq that our response to the caller gets; 0: it is not sent reliably.</summary>
    public static uint NextRSeq(Leg caller, EarlyDialog? dialog, string callerTag, uint remoteRSeq)
    {
        // RFC 3262 section 3: "The UAS MUST send any non-100 provisional response reliably if the initial request contained a Require header field with the
        // option tag 100rel." With Supported it may: it does where the callee did.
        bool reliable = caller.Capabilities.Has(LegCapabilities.RequiresReliable) || (remoteRSeq != 0 && caller.Capabilities.Has(LegCapabilities.Reliable));
        return !reliable ? 0 : dialog is { LocalRSeq: > 0 } ? dialog.LocalRSeq + 1 : Identifiers.FirstRSeq(callerTag);
    }

    /// <summary>
    /// A caller that requires 100rel, an INVITE without an offer, a callee that does not send reliably. RFC 3262 section 5: "If a reliable provisional
    /// response is the first reliable message sent back to the UAC, and there was no offer in the INVITE, an offer MUST appear in that reliable provisional
    /// response"; there is none to put in. Not to send a provisional response is always allowed.
    /// </summary>
    public static bool IsSwallowed(SipMessage invite, Leg caller, uint remoteRSeq) =>
        remoteRSeq == 0 && caller.Capabilities.Has(LegCapabilities.RequiresReliable) && !Dialogs.HasSession(invite);

    /// <summary>The caller does not send PRACK: the callee gets ours at once. RFC 3262 section 4: "it MUST … generate a PRACK request".</summary>
    public static void AcknowledgeHere(Turn turn, string callerTag, uint rseq)
    {
        EarlyDialog dialog = turn.State.EarlyDialog(callerTag)!;
        Leg callee = turn.State.Side(dialog.Leg, callerTag);
        SendPrack(turn, turn.State.A, callee, callerTag, rseq, null, "");
    }

    /// <summary>A PRACK of the caller.</summary>
    public static void Received(Turn turn, SipMessage prack, string key, Leg caller, string dialog, uint number)
    {
        if (Find(turn.State, caller, prack) is not { } provisional)
        {
            // RFC 3262 section 3: "If a PRACK request is received by the UA core that does not match any unacknowledged reliable provisional response, the
            // UAS MUST respond to the PRACK with a 481 response."
            Relaying.Refuse(turn, prack, key, caller, dialog, number, 481);
            return;
        }

        EarlyDialog? early = turn.State.EarlyDialog(dialog);
        bool relayed = provisional.RemoteRSeq != 0 && early is not null;
        bool described = Dialogs.HasSession(prack);
        if (described && Refusal(turn.State, early, provisional, relayed) is > 0 and var status)
        {
            // When it comes again, its response may be acknowledged, or the early dialog gone, and it gets the same refusal (17.2.2).
            Relaying.Refuse(turn, prack, key, caller, dialog, number, status);
            return;
        }

        turn.Happened(new CallEvent.RequestAccepted(turn.Now, 0, key, SipMethod.Prack, number, Responses.Destination(prack, caller.Flow), prack.Raw.ToArray()) { Dialog = dialog });
        int held = turn.State.HeldAnswer();
        turn.Happened(new CallEvent.ProvisionalAcknowledged(turn.Now, provisional.CallerTag, provisional.RSeq));
        if (relayed)
        {
            SendPrack(turn, caller, turn.State.Side(early!.Leg, dialog), dialog, provisional.RemoteRSeq, prack, key);
        }
        else
        {
            // RFC 3262 section 3: "If the PRACK does match an unacknowledged reliable provisional response, it MUST be responded to with a 2xx response."
            byte[] ok = Answers.Own(prack, caller, "", 200);
            turn.Happened(new CallEvent.RequestAnswered(turn.Now, 0, key, 200, ok, "", AckHeld: false));
            turn.Send(Responses.Destination(prack, caller.Flow), ok);
        }

        Release(turn, provisional.CallerTag, held);
    }

    /// <summary>What waited for the PRACK: the next reliable response of the dialog, or the 2xx.</summary>
    private static void Release(Turn turn, string callerTag, int held)
    {
        if (held >= 0 && turn.State.HeldAnswer() < 0)
        {
            turn.Send(turn.State.Answers[held].Flow, turn.State.Answers[held].Response);
            return;
        }

        foreach (ReliableProvisional next in turn.State.Provisionals)
        {
            if (next.CallerTag == callerTag)
            {
                if (next.IsSent)
                {
                    turn.Send(next.Flow, next.Response);
                }

                return;
            }
        }
    }

    /// <summary>A reliable response whose time has come is sent again, or given up.</summary>
    public static void Due(Turn turn, ReliableProvisional provisional)
    {
        if (turn.State.Phase == CallPhase.Ended)
        {
            return;
        }

        if (provisional.GiveUpAt <= turn.Now)
        {
            // RFC 3262 section 3: "If a reliable provisional response is retransmitted for 64*T1 seconds without reception of a corresponding PRACK, the
            // UAS SHOULD reject the original request with a 5xx response."
            Forking.Refuse(turn, 504, "failed", "no PRACK for a reliable provisional response", "controller");
        }
        else if (provisional.RepeatAt <= turn.Now)
        {
            turn.Send(provisional.Flow, provisional.Response);
            turn.Happened(new CallEvent.ProvisionalRepeated(provisional, provisional.Repeated(turn.Now)));
        }
    }

    /// <summary>Offer and answer in a PRACK: may this description be here?</summary>
    private static int Refusal(CallState state, EarlyDialog? dialog, ReliableProvisional provisional, bool relayed)
    {
        if (dialog is null)
        {
            // The callee has answered by now. What is not the answer to an offer of its own (an INVITE without one) is an offer, and its INVITE takes none any more.
            bool isAnswer = provisional.HasSession && state.Invite is { } invite && !Dialogs.HasSession(invite);
            return isAnswer ? 0 : 488;
        }

        OfferAnswer.Verdict verdict = OfferAnswer.Pass(dialog.CallerExchange, OfferAnswer.Side.Remote, OfferAnswer.Carrier.Prack, hasDescription: true).Verdict;
        return verdict switch
        {
            OfferAnswer.Verdict.Glare => 491,
            OfferAnswer.Verdict.Busy => 500,

            // An offer that nobody behind us can answer: the callee has not given its own answer reliably.
            OfferAnswer.Verdict.Offer when !relayed => 488,
            _ => 0,
        };
    }

    /// <summary>RFC 3262 section 3: RAck matches "the method, the CSeq-num and the response-num" of a response that has been sent in this dialog.</summary>
    private static ReliableProvisional? Find(CallState state, Leg caller, SipMessage prack)
    {
        ReadOnlySpan<byte> rack = prack.Value(HeaderId.RAck);
        Span<Range> parts = stackalloc Range[4];
        int count = 0;
        foreach (Range part in rack.Split((byte)' '))
        {
            if (part.End.Value > part.Start.Value && count < parts.Length)
            {
                parts[count++] = part;
            }
        }

        // Words behind the three are ignored: there are callers that write the method of the CSeq twice.
        if (count < 3 || !TryNumber(rack[parts[0]], out uint rseq) || !TryNumber(rack[parts[1]], out uint cseq) || !rack[parts[2]].SequenceEqual("INVITE"u8))
        {
            return null;
        }

        uint invited = state.Find(TransactionKind.InviteServer, 0)?.CSeq ?? cseq;
        foreach (ReliableProvisional provisional in state.Provisionals)
        {
            if (provisional.CallerTag == caller.LocalTag)
            {
                // Those behind the first one of the dialog have not been sent yet.
                return provisional.RSeq == rseq && invited == cseq ? provisional : null;
            }
        }

        return null;
    }

    private static void SendPrack(Turn turn, Leg caller, Leg callee, string dialog, uint rseq, SipMessage? prack, string peer)
    {
        uint invited = turn.State.Find(TransactionKind.InviteClient, callee.Number)?.CSeq ?? 1;
        DialogRequests.Send(
            turn, callee, SipMethod.Prack, (branch, cseq) => Requests.Prack(turn.Crossing(caller, callee), branch, cseq, rseq, invited, prack), peer: peer, dialog: dialog);
    }

    private static bool TryNumber(ReadOnlySpan<byte> text, out uint number) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number is > 0 and <= int.MaxValue;
}
