using Controller.Actors.Tests.Flows.Script;

namespace Controller.Actors.Tests.Flows;

/// <summary>RFC 3262: reliable provisional responses, and what they carry of offer and answer (section 5).</summary>
internal static class Rfc3262
{
    public static IEnumerable<FlowScript> Flows =>
    [
        new("RFC 3262 3", "Reliable ringing", "Both sides can: the 180 is reliable on each side for itself, with a number of its own, and the PRACK is relayed.", ReliableRinging),
        new("RFC 3262 3", "Reliable ringing lost", "Until its PRACK arrives, the reliable 180 is repeated: by Bob and by the controller.", RingingLost),
        new("RFC 3262 3", "Two reliable responses", "RSeq grows by one on each side; the second is sent when the first is acknowledged.", TwoReliable),
        new("RFC 3262 3", "Nobody acknowledges", "Alice's PRACK never comes: after 64*T1 the controller gives up her INVITE (504) and cancels Bob's.", NeverAcknowledged),
        new("RFC 3262 3", "PRACK matches nothing", "A PRACK with another RSeq: 481 from the controller; the right one is relayed.", WrongPrack),
        new("RFC 3262 3", "200 waits for the PRACK", "Alice insists (Require: 100rel), Bob cannot: the answer is in our reliable 183, and his 200 waits until she has acknowledged it.", AnswerWaits),
        new("RFC 3262 5", "Offer in INVITE, answer in reliable 183", "Early media with a complete offer/answer; the 200 has no description.", AnswerInProvisional),
        new("RFC 3262 5", "Offer in reliable 183, answer in PRACK", "The INVITE has no offer: the reliable 183 has it, and the PRACK answers.", OfferInProvisional),
        new("RFC 3262 5", "Second offer in PRACK", "The answer is in the 183, the PRACK makes another offer, which its 200 answers.", OfferInPrack),
        new("RFC 3262 4", "Caller without 100rel", "Alice cannot: the controller acknowledges Bob's reliable 183 itself; its description reaches Alice in the 183 and in the 200.", CallerCannot),
        new("RFC 3262 3", "Callee without 100rel", "Alice insists (Require: 100rel), Bob cannot: the controller makes the 180 reliable for her, and answers her PRACK.", CalleeCannot),
    ];

    private static (Party Alice, Party Bob) Two(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        alice.Always.Add("Supported: 100rel");
        bob.Always.Add("Supported: 100rel");
        return (alice, bob);
    }

    private static void ReliableRinging(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        Side a = alice.Invites(bob);
        bob.Side.Rings(reliable: true);
        a.Pracks();
        s.Pause(2);
        bob.Side.Answers();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 180 200 200 200");
        bob.Saw("INVITE PRACK ACK BYE");
    }

    private static void RingingLost(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        Side a = alice.Invites(bob);
        s.Losing(alice, "180", () => bob.Side.Rings(reliable: true), toController: false);
        s.Pause(0.5);
        a.Pracks();
        s.Pause(1.5);
        bob.Side.Answers();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 180 200 200 200");
        bob.Saw("INVITE PRACK ACK BYE");
    }

    private static void AnswerInProvisional(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        Side a = alice.Invites(bob);
        bob.Side.Rings(183, sdp: true, reliable: true);
        a.Pracks();
        s.Pause(2);
        bob.Side.Answers();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 183 200 200 200");
        bob.Saw("INVITE PRACK ACK BYE");
    }

    private static void OfferInProvisional(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        Side a = alice.Invites(bob, offer: false);
        bob.Side.Rings(183, sdp: true, reliable: true);
        a.Pracks();
        s.Pause(2);
        bob.Side.Answers();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 183 200 200 200");
        bob.Saw("INVITE PRACK ACK BYE");
    }

    private static void OfferInPrack(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        Side a = alice.Invites(bob);
        bob.Side.Rings(183, sdp: true, reliable: true);
        a.Media.Port = 49_180;
        a.Pracks(offer: true);
        s.Pause(2);
        bob.Side.Answers();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 183 200 200 200");
        bob.Saw("INVITE PRACK ACK BYE");
    }

    private static void CallerCannot(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        bob.Always.Add("Supported: 100rel");
        Side a = alice.Invites(bob);
        bob.Side.Rings(183, sdp: true, reliable: true);
        s.Pause(2);
        bob.Side.Answers();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 183 200 200");
        bob.Saw("INVITE PRACK ACK BYE");
    }

    private static void CalleeCannot(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob, headers: ["Require: 100rel"]);
        bob.Side.Rings();
        a.Pracks();
        s.Pause(2);
        bob.Side.Answers();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 180 200 200 200");
        bob.Saw("INVITE ACK BYE");
    }

    private static void TwoReliable(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        Side a = alice.Invites(bob);
        bob.Side.Rings(183, sdp: true, reliable: true);
        a.Pracks();
        s.Pause(2);
        bob.Side.Rings(reliable: true);
        a.Pracks();
        s.Pause(2);
        bob.Side.Answers();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 183 200 180 200 200 200");
        bob.Saw("INVITE PRACK PRACK ACK BYE");
    }

    private static void NeverAcknowledged(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        alice.Invites(bob);
        bob.Side.Rings(reliable: true);
        s.Pause(33);
        alice.Saw("100 180 504");
        bob.Saw("INVITE CANCEL ACK");
    }

    private static void WrongPrack(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        Side a = alice.Invites(bob);
        bob.Side.Rings(reliable: true);
        a.Asks("PRACK", ["RAck: 4711 1 INVITE"]);
        a.Pracks();
        s.Pause(2);
        bob.Side.Answers();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 180 481 200 200 200");
        bob.Saw("INVITE PRACK ACK BYE");
    }

    private static void AnswerWaits(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob, headers: ["Require: 100rel"]);
        bob.Side.Rings(183, sdp: true);
        bob.Side.Answers();
        s.Pause(0.2);
        a.Pracks();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 183 200 200 200");
        bob.Saw("INVITE ACK BYE");
    }
}
