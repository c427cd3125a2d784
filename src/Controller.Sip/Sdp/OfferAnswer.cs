namespace Controller.Sip.Sdp;

/// <summary>
/// The offer/answer machine of one dialog: RFC 3264, with the six places for an offer and its answer of RFC 6337 table 1.
/// It is told of every message that may carry a description, sent or received, and says what the description is, or why there should be none.
/// </summary>
/// <remarks>
/// <code>
/// offer in   INVITE            → answer in  reliable 1xx or 2xx (an unreliable 1xx may show it early)
///            reliable 1xx      →            PRACK          (only if the INVITE had no offer)
///            2xx to INVITE     →            ACK            (only if nothing before had one)
///            PRACK             →            2xx to PRACK
///            UPDATE            →            2xx to UPDATE
/// </code>
/// Invariant: <see cref="State.OfferedBy"/> is set exactly while an offer waits for its answer.
/// </remarks>
public static class OfferAnswer
{
    public enum Side : byte { None = 0, Local = 1, Remote = 2 }

    /// <summary>The messages that can carry a description, and the failures that take an offer back.</summary>
    public enum Carrier : byte
    {
        None = 0,
        Invite, Provisional, ReliableProvisional, Success, Ack, InviteFailure,
        Prack, PrackSuccess, PrackFailure,
        Update, UpdateSuccess, UpdateFailure,
    }

    public enum Verdict : byte
    {
        /// <summary>No description, and none was due.</summary>
        Nothing,
        Offer,
        Answer,

        /// <summary>A description in an unreliable 1xx: the answer that is to come, shown early.</summary>
        Preview,

        /// <summary>A description where the exchange is already complete or none is allowed: do not act on it.</summary>
        Ignored,

        /// <summary>A failure response: the offer is withdrawn and the session stays what it was before.</summary>
        Withdrawn,

        /// <summary>Both sides offered: answer 491 (RFC 3261 section 14.2, RFC 3311 section 5.2).</summary>
        Glare,

        /// <summary>The same side has not had its last one answered: answer 500 with Retry-After of 0 to 10 s.</summary>
        Busy,

        /// <summary>An offer was to be answered here and was not: the session cannot be set up.</summary>
        MissingAnswer,

        /// <summary>Nobody has made an offer and this was the last chance.</summary>
        MissingOffer,
    }

    /// <param name="InviteBy">Who sent the INVITE that is still open; none if there is none.</param>
    /// <param name="InviteSettled">Its offer and answer are complete: what else its responses carry is ignored.</param>
    /// <param name="OfferedBy">Who made the offer that is not answered yet; none if there is none.</param>
    /// <param name="OfferedIn">In which message.</param>
    /// <param name="HasSession">At least one exchange is complete.</param>
    public readonly record struct State(Side InviteBy, bool InviteSettled, Side OfferedBy, Carrier OfferedIn, bool HasSession)
    {
        public bool IsPending => OfferedBy != Side.None;
    }

    public readonly record struct Step(State Next, Verdict Verdict);

    /// <summary>Whether this side may offer in an UPDATE now: RFC 3311 section 5.1.</summary>
    public static bool MayOfferInUpdate(State state) => !state.IsPending && (state.InviteBy == Side.None || state.InviteSettled);

    /// <summary>Whether this side may send an INVITE now: RFC 3261 section 14.1.</summary>
    public static bool MayInvite(State state) => !state.IsPending && state.InviteBy == Side.None;

    /// <param name="sender">Who sends the message: <see cref="Side.Local"/> if we do.</param>
    public static Step Pass(State state, Side sender, Carrier carrier, bool hasDescription) => carrier switch
    {
        Carrier.Invite => Invite(state, sender, hasDescription),
        Carrier.Update => Update(state, sender, hasDescription),
        Carrier.Prack => Prack(state, sender, hasDescription),
        Carrier.UpdateSuccess => Reply(state, sender, Carrier.Update, hasDescription),
        Carrier.PrackSuccess => Reply(state, sender, Carrier.Prack, hasDescription),
        Carrier.UpdateFailure => Withdraw(state, sender, Carrier.Update),
        Carrier.PrackFailure => Withdraw(state, sender, Carrier.Prack),
        Carrier.InviteFailure => InviteFailed(state, sender),
        Carrier.Ack => Ack(state, sender, hasDescription),
        Carrier.Provisional or Carrier.ReliableProvisional or Carrier.Success when !IsInvited(state, sender) =>
            // A repeated 2xx, or one of another fork: its INVITE is settled here.
            new(state, hasDescription ? Verdict.Ignored : Verdict.Nothing),
        Carrier.Provisional => Provisional(state, hasDescription),
        Carrier.ReliableProvisional => ReliableProvisional(state, sender, hasDescription),
        Carrier.Success => Success(state, sender, hasDescription),
        _ => new(state, Verdict.Ignored),
    };

    private static Step Invite(State state, Side sender, bool offers)
    {
        // RFC 3261 section 14.2: "A UAS that receives a second INVITE before it sends the final response to a first INVITE with a lower CSeq
        // sequence number on the same dialog MUST return a 500 (Server Internal Error) response".
        if (state.InviteBy == sender || state.OfferedBy == sender) return new(state, Verdict.Busy);

        // RFC 3261 section 14.2: "A UAS that receives an INVITE on a dialog while an INVITE it had sent on that dialog is in progress MUST
        // return a 491 (Request Pending) response to the received INVITE." RFC 6337 section 4 says the same of an open UPDATE.
        if (state.InviteBy != Side.None || state.IsPending) return new(state, Verdict.Glare);

        var opened = state with { InviteBy = sender, InviteSettled = false };
        return offers ? Offered(opened, sender, Carrier.Invite) : new(opened, Verdict.Nothing);
    }

    private static Step Provisional(State state, bool described)
    {
        if (!described) return new(state, Verdict.Nothing);

        // RFC 3261 section 13.2.1: "That same exact answer MAY also be placed in any provisional responses sent prior to the answer."
        // "If the initial offer is in the first reliable non-failure message", an unreliable 1xx has nothing to carry.
        return new(state, state.OfferedIn == Carrier.Invite ? Verdict.Preview : Verdict.Ignored);
    }

    private static Step ReliableProvisional(State state, Side sender, bool described)
    {
        if (!described) return new(state, Verdict.Nothing);

        // RFC 3262 section 5: "If a reliable provisional response is the first reliable message sent back to the UAC, and there was no offer
        // in the INVITE, an offer MUST appear in that reliable provisional response." With an offer in the INVITE, it may be the answer.
        if (state.OfferedIn == Carrier.Invite) return Answered(state with { InviteSettled = true });
        return state.InviteSettled || state.IsPending ? new(state, Verdict.Ignored) : Offered(state, sender, Carrier.ReliableProvisional);
    }

    private static Step Success(State state, Side sender, bool described)
    {
        if (state.InviteSettled) return new(Closed(state), described ? Verdict.Ignored : Verdict.Nothing);

        // RFC 3261 section 13.2.1: "If the initial offer is in an INVITE, the answer MUST be in a reliable non-failure message from UAS back
        // to UAC which is correlated to that INVITE." The 2xx is the last one.
        if (state.OfferedIn == Carrier.Invite) return described ? Answered(Closed(state)) : new(Closed(Forget(state)), Verdict.MissingAnswer);

        // RFC 6337 section 2: a 2xx may not overtake the PRACK that answers an offer in a reliable 1xx; the offer dies with the exchange.
        if (state.IsPending) return new(Closed(Forget(state)), Verdict.MissingAnswer);

        // RFC 3261 section 13.2.1: the 2xx carries the offer, the answer comes in the ACK: until then the INVITE counts as open.
        return described ? Offered(state, sender, Carrier.Success) : new(Closed(state), Verdict.MissingOffer);
    }

    private static Step Ack(State state, Side sender, bool described)
    {
        if (state.OfferedIn != Carrier.Success || state.OfferedBy == sender) return new(state, described ? Verdict.Ignored : Verdict.Nothing);
        return described ? Answered(Closed(state)) : new(Closed(Forget(state)), Verdict.MissingAnswer);
    }

    private static Step InviteFailed(State state, Side sender)
    {
        if (!IsInvited(state, sender)) return new(state, Verdict.Ignored);

        // RFC 3261 section 14.1: "If a UA receives a non-2xx final response to a re-INVITE, the session parameters MUST remain unchanged, as
        // if no re-INVITE had been issued." An UPDATE under way is not part of it.
        var ended = state.OfferedIn is Carrier.Invite or Carrier.ReliableProvisional or Carrier.Prack;
        return ended ? new(Closed(Forget(state)), Verdict.Withdrawn) : new(Closed(state), Verdict.Nothing);
    }

    private static Step Prack(State state, Side sender, bool described)
    {
        // RFC 3262 section 5: "If the UAC receives a reliable provisional response with an offer [...], it MUST generate an answer in the PRACK."
        if (state.OfferedIn == Carrier.ReliableProvisional && state.OfferedBy != sender)
        {
            return described ? Answered(state with { InviteSettled = true }) : new(Forget(state), Verdict.MissingAnswer);
        }

        if (!described) return new(state, Verdict.Nothing);
        if (state.IsPending) return new(state, state.OfferedBy == sender ? Verdict.Busy : Verdict.Glare);

        // RFC 3262 section 5: "If the UAC receives a reliable provisional response with an answer [...], it MAY generate an additional offer in the PRACK."
        return state.InviteSettled ? Offered(state, sender, Carrier.Prack) : new(state, Verdict.Ignored);
    }

    private static Step Update(State state, Side sender, bool offers)
    {
        if (!offers) return new(state, Verdict.Nothing);

        // RFC 3311 section 5.2: an offer while the receiver has one of its own unanswered is refused with 491; while the receiver has not yet
        // answered the sender's last one, with 500 and a Retry-After.
        if (state.IsPending) return new(state, state.OfferedBy == sender ? Verdict.Busy : Verdict.Glare);

        // RFC 3311 section 5.1: no UPDATE with an offer before the exchange that the INVITE began is complete.
        if (!MayOfferInUpdate(state)) return new(state, state.InviteBy == sender ? Verdict.Busy : Verdict.Glare);
        return Offered(state, sender, Carrier.Update);
    }

    private static Step Reply(State state, Side sender, Carrier request, bool described)
    {
        if (state.OfferedIn != request || state.OfferedBy == sender) return new(state, described ? Verdict.Ignored : Verdict.Nothing);
        return described ? Answered(state) : new(Forget(state), Verdict.MissingAnswer);
    }

    private static Step Withdraw(State state, Side sender, Carrier request) =>
        state.OfferedIn == request && state.OfferedBy != sender ? new(Forget(state), Verdict.Withdrawn) : new(state, Verdict.Nothing);

    private static bool IsInvited(State state, Side responder) => state.InviteBy != Side.None && state.InviteBy != responder;

    private static Step Offered(State state, Side by, Carrier carrier) => new(state with { OfferedBy = by, OfferedIn = carrier }, Verdict.Offer);

    private static Step Answered(State state) => new(Forget(state) with { HasSession = true }, Verdict.Answer);

    private static State Forget(State state) => state with { OfferedBy = Side.None, OfferedIn = Carrier.None };

    private static State Closed(State state) => state with { InviteBy = Side.None, InviteSettled = false };
}
