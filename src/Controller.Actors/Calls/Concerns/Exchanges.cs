using Controller.Actors.Calls.State;
using Controller.Sip.Messages;
using Controller.Sip.Sdp;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// Where offer and answer stand on one side of a dialog, and whether a re-INVITE or an UPDATE may come there, or go there, now. An early dialog keeps its
/// exchange; that of an established one is what its open transactions say, so that nothing can stay open longer than they do.
/// </summary>
internal static class Exchanges
{
    /// <returns>What to refuse it with: 491, 500 with a Retry-After, 488; 0 if it may pass.</returns>
    public static int Refusal(CallState state, SipMessage request, Leg from, Leg to, string dialog)
    {
        bool described = Dialogs.HasSession(request);
        OfferAnswer.Carrier carrier = request.Method == SipMethod.Invite ? OfferAnswer.Carrier.Invite : OfferAnswer.Carrier.Update;
        switch (OfferAnswer.Pass(Of(state, from, dialog), OfferAnswer.Side.Remote, carrier, described).Verdict)
        {
            // RFC 3261 section 14.2: "A UAS that receives an INVITE on a dialog while an INVITE it had sent on that dialog is in progress MUST return a 491".
            // RFC 3311 section 5.2: "If an UPDATE is received that contains an offer, and the UAS has generated an offer … to which it has not yet received
            // an answer, the UAS MUST reject the UPDATE with a 491 response."
            case OfferAnswer.Verdict.Glare:
                return 491;

            // RFC 3261 section 14.2: "A UAS that receives a second INVITE before it sends the final response to a first INVITE … MUST return a 500";
            // RFC 3311 section 5.2 says it of an offer that comes while one of the same side is not answered.
            case OfferAnswer.Verdict.Busy:
                return 500;
        }

        if (request.Method == SipMethod.Update)
        {
            // RFC 3311 section 5.2: "If an UPDATE is received before it has generated a final response to a previous UPDATE on the same dialog, the UAS MUST
            // return a 500 response to the new UPDATE, and MUST include a Retry-After header field".
            if (HasOpenUpdate(state, from.Number, dialog))
            {
                return 500;
            }

            // What may come here may not yet go there: the caller has had no answer in a reliable response to its INVITE (RFC 3311 section 5.1).
            return described && !OfferAnswer.MayOfferInUpdate(Of(state, to, dialog)) ? 500 : 0;
        }

        // 14.1: "a UAC MUST NOT initiate a new INVITE transaction within a dialog while another INVITE transaction is in progress in either direction": we
        // could not pass it on.
        return !OfferAnswer.MayInvite(Of(state, to, dialog)) ? 491 : 0;
    }

    /// <summary>
    /// 14.1: "If there is an ongoing INVITE server transaction, the TU MUST wait until the transaction reaches the confirmed or terminated state before
    /// initiating the new INVITE": our 2xx to this leg has not been acknowledged. In the dialog of whoever asks nothing is pending: it has no 491 coming.
    /// </summary>
    /// <param name="method">As it goes on.</param>
    public static bool MustWait(CallState state, SipMethod? method, Leg to) => method == SipMethod.Invite && state.Answers.Any(answer => answer.Leg == to.Number);

    private static OfferAnswer.State Of(CallState state, Leg leg, string dialog)
    {
        if (dialog.Length > 0 && state.EarlyDialog(dialog) is { } early)
        {
            return leg.IsA ? early.CallerExchange : early.CalleeExchange;
        }

        var exchange = new OfferAnswer.State(OfferAnswer.Side.None, false, OfferAnswer.Side.None, OfferAnswer.Carrier.None, HasSession: true);
        foreach (Transaction transaction in state.Transactions)
        {
            // What is still open of an early dialog that lost is no matter of this one.
            if (transaction.Leg != leg.Number || !transaction.IsPending || !state.IsOpen(transaction.Dialog) || transaction.Method is not (SipMethod.Invite or SipMethod.Update))
            {
                continue;
            }

            OfferAnswer.Side by = transaction.IsClient ? OfferAnswer.Side.Local : OfferAnswer.Side.Remote;
            bool invite = transaction.Method == SipMethod.Invite;
            if (invite)
            {
                exchange = exchange with { InviteBy = by };
            }

            if (transaction.HasOffer)
            {
                exchange = exchange with { OfferedBy = by, OfferedIn = invite ? OfferAnswer.Carrier.Invite : OfferAnswer.Carrier.Update };
            }
        }

        foreach (Answer answer in state.Answers)
        {
            // RFC 5407 section 3.1.4: a 2xx without its ACK leaves nothing open, if offer and answer are complete; section 3.1.5: with an offer in it, it does.
            if (answer.HeldLeg >= 0 && (answer.Leg == leg.Number || answer.HeldLeg == leg.Number))
            {
                exchange = exchange with
                {
                    OfferedBy = answer.Leg == leg.Number ? OfferAnswer.Side.Local : OfferAnswer.Side.Remote,
                    OfferedIn = OfferAnswer.Carrier.Success,
                };
            }
        }

        return exchange;
    }

    private static bool HasOpenUpdate(CallState state, int leg, string dialog)
    {
        foreach (Transaction transaction in state.Transactions)
        {
            if (transaction is { IsClient: false, IsPending: true, Method: SipMethod.Update } && transaction.Leg == leg && transaction.Dialog == dialog)
            {
                return true;
            }
        }

        return false;
    }
}
