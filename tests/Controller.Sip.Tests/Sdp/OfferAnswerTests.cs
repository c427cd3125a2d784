using Controller.Sip.Sdp;
using static Controller.Sip.Sdp.OfferAnswer;

namespace Controller.Sip.Tests.Sdp;

public class OfferAnswerTests
{
    private const bool Sdp = true;
    private const bool Bare = false;

    /// <summary>RFC 6337 table 1: the six places for an offer and its answer.</summary>
    [Fact]
    public void Pattern_1_offer_in_INVITE_answer_in_2xx() =>
        Talk((Side.Remote, Carrier.Invite, Sdp, Verdict.Offer), (Side.Local, Carrier.Provisional, Bare, Verdict.Nothing),
            (Side.Local, Carrier.Provisional, Sdp, Verdict.Preview), (Side.Local, Carrier.Success, Sdp, Verdict.Answer), (Side.Remote, Carrier.Ack, Bare, Verdict.Nothing));

    [Fact]
    public void Pattern_2_offer_in_2xx_answer_in_ACK() =>
        Talk((Side.Local, Carrier.Invite, Bare, Verdict.Nothing), (Side.Remote, Carrier.Provisional, Sdp, Verdict.Ignored),
            (Side.Remote, Carrier.Success, Sdp, Verdict.Offer), (Side.Local, Carrier.Ack, Sdp, Verdict.Answer));

    [Fact]
    public void Pattern_3_offer_in_INVITE_answer_in_reliable_1xx_and_the_2xx_says_nothing_new() =>
        Talk((Side.Local, Carrier.Invite, Sdp, Verdict.Offer), (Side.Remote, Carrier.ReliableProvisional, Sdp, Verdict.Answer),
            (Side.Local, Carrier.Prack, Bare, Verdict.Nothing), (Side.Remote, Carrier.PrackSuccess, Bare, Verdict.Nothing),
            (Side.Remote, Carrier.Success, Sdp, Verdict.Ignored));

    [Fact]
    public void Pattern_4_offer_in_reliable_1xx_answer_in_PRACK() =>
        Talk((Side.Local, Carrier.Invite, Bare, Verdict.Nothing), (Side.Remote, Carrier.ReliableProvisional, Sdp, Verdict.Offer),
            (Side.Local, Carrier.Prack, Sdp, Verdict.Answer), (Side.Remote, Carrier.Success, Bare, Verdict.Nothing));

    [Fact]
    public void Pattern_5_offer_in_PRACK_answer_in_its_2xx() =>
        Talk((Side.Local, Carrier.Invite, Sdp, Verdict.Offer), (Side.Remote, Carrier.ReliableProvisional, Sdp, Verdict.Answer),
            (Side.Local, Carrier.Prack, Sdp, Verdict.Offer), (Side.Remote, Carrier.PrackSuccess, Sdp, Verdict.Answer), (Side.Remote, Carrier.Success, Bare, Verdict.Nothing));

    [Fact]
    public void Pattern_6_offer_in_UPDATE_answer_in_its_2xx_before_and_after_the_call_is_answered() =>
        Talk((Side.Local, Carrier.Invite, Sdp, Verdict.Offer), (Side.Remote, Carrier.ReliableProvisional, Sdp, Verdict.Answer),
            (Side.Remote, Carrier.Update, Sdp, Verdict.Offer), (Side.Local, Carrier.UpdateSuccess, Sdp, Verdict.Answer),
            (Side.Remote, Carrier.Success, Bare, Verdict.Nothing),
            (Side.Local, Carrier.Update, Sdp, Verdict.Offer), (Side.Remote, Carrier.UpdateSuccess, Sdp, Verdict.Answer));

    [Fact]
    public void Crossing_re_INVITEs_glare()
    {
        // RFC 3261 section 14.2: "A UAS that receives an INVITE on a dialog while an INVITE it had sent on that dialog is in progress MUST return a
        // 491 (Request Pending) response to the received INVITE."
        var state = Talk((Side.Local, Carrier.Invite, Sdp, Verdict.Offer), (Side.Remote, Carrier.Invite, Sdp, Verdict.Glare), (Side.Remote, Carrier.Invite, Bare, Verdict.Glare));
        Assert.False(MayInvite(state));
        Assert.False(MayOfferInUpdate(state));

        // The one that was first still goes its way.
        Talk(state, (Side.Remote, Carrier.Success, Sdp, Verdict.Answer), (Side.Remote, Carrier.Invite, Sdp, Verdict.Offer));
    }

    [Fact]
    public void A_second_INVITE_of_the_same_side_is_500()
    {
        // RFC 3261 section 14.2: "A UAS that receives a second INVITE before it sends the final response to a first INVITE with a lower CSeq sequence
        // number on the same dialog MUST return a 500 (Server Internal Error) response to the second INVITE".
        Talk((Side.Remote, Carrier.Invite, Sdp, Verdict.Offer), (Side.Remote, Carrier.Invite, Sdp, Verdict.Busy));
    }

    [Fact]
    public void Crossing_UPDATEs_glare_and_a_hasty_one_is_500()
    {
        // RFC 3311 section 5.2: 491 if the UAS has an offer of its own outstanding, 500 with Retry-After if it has not yet answered the last one.
        Talk((Side.Local, Carrier.Update, Sdp, Verdict.Offer), (Side.Remote, Carrier.Update, Sdp, Verdict.Glare), (Side.Remote, Carrier.Update, Bare, Verdict.Nothing),
            (Side.Local, Carrier.Update, Sdp, Verdict.Busy), (Side.Remote, Carrier.Invite, Sdp, Verdict.Glare));
    }

    [Fact]
    public void No_UPDATE_offer_while_an_INVITE_without_offer_is_open() =>
        Talk((Side.Local, Carrier.Invite, Bare, Verdict.Nothing), (Side.Local, Carrier.Update, Sdp, Verdict.Busy), (Side.Remote, Carrier.Update, Sdp, Verdict.Glare));

    [Fact]
    public void A_rejected_re_INVITE_leaves_the_session_as_it_was()
    {
        // RFC 3261 section 14.1: "the session parameters MUST remain unchanged, as if no re-INVITE had been issued."
        var state = Talk((Side.Local, Carrier.Invite, Sdp, Verdict.Offer), (Side.Remote, Carrier.Success, Sdp, Verdict.Answer));
        var later = Talk(state, (Side.Remote, Carrier.Invite, Sdp, Verdict.Offer), (Side.Local, Carrier.InviteFailure, Bare, Verdict.Withdrawn));
        Assert.Equal(state, later);
        Assert.True(MayInvite(later));
        Talk(later, (Side.Remote, Carrier.Update, Sdp, Verdict.Offer), (Side.Local, Carrier.UpdateFailure, Bare, Verdict.Withdrawn), (Side.Local, Carrier.Invite, Sdp, Verdict.Offer));
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        Talk((Side.Local, Carrier.Invite, Sdp, Verdict.Offer), (Side.Remote, Carrier.Success, Bare, Verdict.MissingAnswer), (Side.Local, Carrier.Invite, Sdp, Verdict.Offer));
        Talk((Side.Local, Carrier.Invite, Bare, Verdict.Nothing), (Side.Remote, Carrier.Success, Bare, Verdict.MissingOffer), (Side.Local, Carrier.Invite, Sdp, Verdict.Offer));
        Talk((Side.Local, Carrier.Invite, Bare, Verdict.Nothing), (Side.Remote, Carrier.Success, Sdp, Verdict.Offer), (Side.Local, Carrier.Ack, Bare, Verdict.MissingAnswer));
        Talk((Side.Local, Carrier.Update, Sdp, Verdict.Offer), (Side.Remote, Carrier.UpdateSuccess, Bare, Verdict.MissingAnswer));
    }

    [Fact]
    public void A_repeated_2xx_changes_nothing()
    {
        var state = Talk((Side.Local, Carrier.Invite, Sdp, Verdict.Offer), (Side.Remote, Carrier.Success, Sdp, Verdict.Answer));
        Assert.Equal(state, Talk(state, (Side.Remote, Carrier.Success, Sdp, Verdict.Ignored), (Side.Local, Carrier.Ack, Bare, Verdict.Nothing)));
    }

    /// <summary>Whatever is said in whatever order: at most one offer is open, an answer follows an offer of the other side, and a refusal changes nothing.</summary>
    [Fact]
    public void Random_talk_keeps_the_invariants()
    {
        var random = new Random(3264);
        for (var call = 0; call < 3_000; call++)
        {
            var state = default(State);
            var outstanding = Side.None;
            for (var step = 0; step < 30; step++)
            {
                var sender = (Side)random.Next(1, 3);
                var (next, verdict) = Pass(state, sender, (Carrier)random.Next(0, 13), random.Next(2) == 0);
                switch (verdict)
                {
                    case Verdict.Offer:
                        Assert.Equal(Side.None, outstanding);
                        outstanding = sender;
                        break;
                    case Verdict.Answer:
                        Assert.NotEqual(Side.None, outstanding);
                        Assert.NotEqual(sender, outstanding);
                        outstanding = Side.None;
                        Assert.True(next.HasSession);
                        break;
                    case Verdict.Withdrawn or Verdict.MissingAnswer:
                        Assert.NotEqual(Side.None, outstanding);
                        outstanding = Side.None;
                        break;
                    case Verdict.Glare or Verdict.Busy or Verdict.Preview:
                        Assert.Equal(state, next);
                        break;
                }

                Assert.Equal(outstanding, next.OfferedBy);
                Assert.Equal(next.IsPending, next.OfferedIn != Carrier.None);
                Assert.True(next.HasSession || !state.HasSession);
                state = next;
            }
        }
    }

    private static State Talk(params (Side Sender, Carrier Carrier, bool Sdp, Verdict Expected)[] moves) => Talk(default, moves);

    private static State Talk(State state, params (Side Sender, Carrier Carrier, bool Sdp, Verdict Expected)[] moves)
    {
        foreach (var (sender, carrier, sdp, expected) in moves)
        {
            var step = Pass(state, sender, carrier, sdp);
            Assert.Equal((carrier, expected), (carrier, step.Verdict));
            state = step.Next;
        }

        return state;
    }
}
