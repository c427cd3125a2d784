using Controller.Actors.Tests.Flows.Script;

namespace Controller.Actors.Tests.Flows;

/// <summary>RFC 5407: race conditions. With a back-to-back user agent in between, each race can happen on the caller's side and on the callee's.</summary>
internal static class Rfc5407
{
    public static IEnumerable<FlowScript> Flows =>
    [
        new("RFC 5407 3.1.1", "Initial INVITE again after the 200, caller's side", "Provisional responses to Alice are lost: her INVITE comes again when Bob has answered. It is no new call.", InviteAgainAtCaller),
        new("RFC 5407 3.1.1", "Initial INVITE again after the 200, callee's side", "Bob's 180 is lost: our INVITE comes again, crossing his 200.", InviteAgainAtCallee),
        new("RFC 5407 3.1.2", "CANCEL crosses 200, caller's side", "The CANCEL finds an answered INVITE: it gets its 200 and changes nothing. Alice acknowledges and hangs up.", CancelCrossesAnswerAtCaller),
        new("RFC 5407 3.1.2", "CANCEL crosses 200, callee's side", "Alice has her 487 already; Bob, who answered before the CANCEL reached him, is acknowledged and hung up.", CancelCrossesAnswerAtCallee),
        new("RFC 5407 3.1.3", "Early BYE crosses 200, caller's side", "Alice leaves the early dialog by a BYE, which crosses the answer: it ends the answered call.", EarlyByeCrossesAnswerAtCaller),
        new("RFC 5407 3.1.3", "Early BYE crosses 200, callee's side",
            "Alice leaves the early dialog by a BYE. Towards Bob that is a CANCEL (RFC 5407 appendix A: \"the use of CANCEL … is recommended\"), which crosses his answer.", EarlyByeCrossesAnswerAtCallee),
        new("RFC 5407 3.1.4", "Re-INVITE before the lost ACK, caller's side",
            "Alice's ACK is lost, her re-INVITE is not. The ACK of a 2xx is hop by hop here: Bob has had his, and the re-INVITE is relayed.", ReinviteBeforeAckAtCaller),
        new("RFC 5407 3.1.4", "Re-INVITE before the lost ACK, callee's side", "The ACK to Bob is lost; Bob gets the re-INVITE first, and accepts it.", ReinviteBeforeAckAtCallee),
        new("RFC 5407 3.1.5", "Re-INVITE before the lost ACK with the answer", "Late offer: the answer is in the ACK that was lost. Until it comes there is nothing to renegotiate: 491.", ReinviteBeforeAnswerInAck),
        new("RFC 5407 3.1.6", "BYE before the lost ACK, caller's side", "Alice's ACK is lost, her BYE is not: the 200 is repeated no more.", ByeBeforeAckAtCaller),
        new("RFC 5407 3.1.6", "BYE before the lost ACK, callee's side", "The ACK to Bob is lost, and Alice hangs up.", ByeBeforeAckAtCallee),
        new("RFC 5407 3.2.1", "BYE crosses BYE", "Both hang up at once.", ByeCrossesBye),
        new("RFC 5407 3.2.2", "Re-INVITE crosses BYE, caller's side", "Alice's re-INVITE finds a call that Bob has ended: 481.", ReinviteCrossesByeAtCaller),
        new("RFC 5407 3.2.2", "Re-INVITE crosses BYE, callee's side", "Bob has sent his BYE when the re-INVITE reaches him: 481; Alice gets the BYE, and 487 for the re-INVITE that she still waits for.", ReinviteCrossesByeAtCallee),
        new("RFC 5407 3.2.3", "200 of a re-INVITE crosses BYE", "Bob's re-INVITE is pending when he hangs up; Alice's 200 to it comes afterwards and is acknowledged.", ReinviteAnswerCrossesBye),
        new("RFC 5407 3.2.4", "ACK crosses BYE", "Bob hangs up as soon as he has his ACK; Alice's ACK comes behind the BYE.", AckCrossesBye),
        new("RFC 5407 3.3.1", "Re-INVITE crosses re-INVITE", "Both sides renegotiate at once: 491 to both, and both try again, the owner of the Call-ID later (RFC 3261 section 14.1).", ReinviteCrossesReinvite),
        new("RFC 5407 3.3.2", "UPDATE crosses re-INVITE", "491 to both; the re-INVITE is tried again, then the UPDATE.", UpdateCrossesReinvite),
        new("RFC 5407 3.3.3", "REFER crosses BYE", "Bob's REFER reaches Alice when she has hung up: 481, and nobody is transferred.", ReferCrossesBye),
    ];

    private static (Side Alice, Side Bob) Established(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        foreach (Party party in (Party[])[alice, bob])
        {
            party.Always.Add("Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, REFER, NOTIFY");
        }

        Side a = alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(2);
        bob.Side.Answers();
        a.Acks();
        s.Pause(5);
        return (a, bob.Side);
    }

    private static void InviteAgainAtCaller(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = null!;
        s.Losing(alice, "1", () =>
        {
            a = alice.Invites(bob);
            bob.Side.Rings();
        }, toController: false);
        s.Crossing(alice, () =>
        {
            bob.Side.Answers();
            s.Pause(0.5);
        });
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        bob.Saw("INVITE ACK BYE");
    }

    private static void InviteAgainAtCallee(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = null!;
        s.Losing(bob, "180", () =>
        {
            a = alice.Invites(bob);
            bob.Side.Rings();
        });
        s.Late(bob, () => bob.Side.Answers(), () => s.Pause(0.5));
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 200 200");
        bob.Saw("INVITE ACK BYE");
    }

    private static void CancelCrossesAnswerAtCaller(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(2);
        s.Crossing(alice, () =>
        {
            bob.Side.Answers();
            a.Cancels();
        });
        a.Acks();
        a.HangsUp();
        alice.Saw("100 180 200 200 200");
        bob.Saw("INVITE ACK BYE");
    }

    private static void CancelCrossesAnswerAtCallee(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(2);
        s.Crossing(bob, () =>
        {
            a.Cancels();
            bob.Side.Answers();
        });
        alice.Saw("100 180 200 487");
        bob.Saw("INVITE CANCEL ACK BYE");
    }

    private static void EarlyByeCrossesAnswerAtCaller(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(2);
        s.Crossing(alice, () =>
        {
            bob.Side.Answers();
            a.HangsUp();
        });
        a.Acks();
        alice.Saw("100 180 200 200");
        bob.Saw("INVITE ACK BYE");
    }

    private static void EarlyByeCrossesAnswerAtCallee(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(2);
        s.Crossing(bob, () =>
        {
            a.HangsUp();
            bob.Side.Answers();
        });
        alice.Saw("100 180 200 487");
        bob.Saw("INVITE CANCEL ACK BYE");
    }

    private static void ReinviteBeforeAckAtCaller(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(2);
        bob.Side.Answers();
        s.Losing(alice, "ACK", () => a.Acks());
        a.Reinvites("sendonly");
        bob.Side.Accepts();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 180 200 100 200 200");
        bob.Saw("INVITE ACK INVITE ACK BYE");
    }

    private static void ReinviteBeforeAckAtCallee(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(2);
        s.Losing(bob, "ACK", () =>
        {
            bob.Side.Answers();
            a.Acks();
            a.Reinvites("sendonly");
        }, toController: false);
        bob.Side.Accepts();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 180 200 100 200 200");
        bob.Saw("INVITE INVITE ACK ACK BYE");
    }

    private static void ReinviteBeforeAnswerInAck(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob, offer: false);
        bob.Side.Rings();
        s.Pause(2);
        bob.Side.Answers();
        s.Losing(alice, "ACK", () => a.Acks());
        a.Reinvites("sendonly");
        s.Pause(1);
        a.Reinvites("sendonly");
        bob.Side.Accepts();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 180 200 491 100 200 200");
        bob.Saw("INVITE ACK INVITE ACK BYE");
    }

    private static void ByeBeforeAckAtCaller(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(2);
        bob.Side.Answers();
        s.Losing(alice, "ACK", () => a.Acks());
        a.HangsUp();
        alice.Saw("100 180 200 200");
        bob.Saw("INVITE ACK BYE");
    }

    private static void ByeBeforeAckAtCallee(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(2);
        s.Losing(bob, "ACK", () =>
        {
            bob.Side.Answers();
            a.Acks();
            a.HangsUp();
        }, toController: false);
        s.Pause(1);
        alice.Saw("100 180 200 200");
        bob.Saw("INVITE BYE ACK");
    }

    private static void ByeCrossesBye(Scenario s)
    {
        (Side a, Side b) = Established(s);
        s.Crossing(b.Party, () =>
        {
            a.HangsUp();
            b.HangsUp();
        });
        a.Party.Saw("100 180 200 200");
        b.Party.Saw("INVITE ACK BYE 200");
    }

    private static void ReinviteCrossesByeAtCaller(Scenario s)
    {
        (Side a, Side b) = Established(s);
        s.Crossing(a.Party, () =>
        {
            b.HangsUp();
            a.Reinvites("sendonly");
        });
        a.Party.Saw("100 180 200 BYE 481");
        b.Party.Saw("INVITE ACK 200");
    }

    private static void ReinviteCrossesByeAtCallee(Scenario s)
    {
        (Side a, Side b) = Established(s);
        s.Crossing(b.Party, () =>
        {
            a.Reinvites("sendonly");
            b.HangsUp();
        });
        a.Party.Saw("100 180 200 100 487 BYE");
        b.Party.Saw("INVITE ACK INVITE 200 ACK");
    }

    private static void ReinviteAnswerCrossesBye(Scenario s)
    {
        (Side a, Side b) = Established(s);
        b.Reinvites("sendonly");
        s.Crossing(b.Party, () =>
        {
            a.Accepts();
            b.HangsUp();
        });
        b.Acks();
        a.Party.Saw("100 180 200 INVITE ACK BYE");
        b.Party.Saw("INVITE ACK 100 200 200");
    }

    private static void AckCrossesBye(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(2);
        bob.Side.Answers();
        s.Late(alice, () => a.Acks(), () => bob.Side.HangsUp());
        s.Pause(1);
        alice.Saw("100 180 200 BYE");
        bob.Saw("INVITE ACK 200");
    }

    private static void ReinviteCrossesReinvite(Scenario s)
    {
        (Side a, Side b) = Established(s);
        s.Crossing(b.Party, () =>
        {
            a.Reinvites("sendonly");
            b.Reinvites("sendonly");
        });

        // RFC 3261 section 14.1: the owner of the Call-ID, who called, "between 2.1 and 4 seconds", the other "between 0 and 2 seconds".
        s.Pause(1);
        b.Reinvites("sendonly");
        a.Accepts();
        b.Acks();
        s.Pause(2);
        a.Reinvites("sendonly");
        b.Accepts();
        a.Acks();
        a.HangsUp();
        a.Party.Saw("100 180 200 100 491 INVITE ACK 100 200 200");
        b.Party.Saw("INVITE ACK INVITE 491 ACK 100 200 INVITE ACK BYE");
    }

    private static void UpdateCrossesReinvite(Scenario s)
    {
        (Side a, Side b) = Established(s);
        s.Crossing(b.Party, () =>
        {
            a.Updates("sendonly");
            b.Reinvites("sendonly");
        });
        s.Pause(1);
        b.Reinvites("sendonly");
        a.Accepts();
        b.Acks();
        s.Pause(2);
        a.Updates("sendonly");
        b.Accepts();
        a.HangsUp();
        a.Party.Saw("100 180 200 491 INVITE ACK 200 200");
        b.Party.Saw("INVITE ACK UPDATE 491 100 200 UPDATE BYE");
    }

    private static void ReferCrossesBye(Scenario s)
    {
        (Side a, Side b) = Established(s);
        s.Crossing(a.Party, () =>
        {
            b.Refers("sip:carol@biloxi.example.com");
            a.HangsUp();
        });
        a.Party.Saw("100 180 200 REFER 200");
        b.Party.Saw("INVITE ACK BYE 481");
    }
}
