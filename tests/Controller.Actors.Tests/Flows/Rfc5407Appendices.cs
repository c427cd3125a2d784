using Controller.Actors.Tests.Flows.Script;

namespace Controller.Actors.Tests.Flows;

/// <summary>RFC 5407, appendices A, B, C and E. What D says (only BYE is accepted in the mortal state) is in the flows of section 3.2 and 3.3.3.</summary>
internal static class Rfc5407Appendices
{
    public static IEnumerable<FlowScript> Flows =>
    [
        new("RFC 5407 A", "BYE in one of two early dialogs", "Bob's call was forked on his side. Alice leaves one early dialog by a BYE; the other is answered.", EarlyBye),
        new("RFC 5407 B", "BYE overlaps a re-INVITE", "Bob hangs up while his own re-INVITE is pending. They are transactions of their own: 487 for one, 200 for the other, on both sides.", ByeOverlaps),
        new("RFC 5407 C", "CANCEL before a provisional response", "Bob has not reacted yet when Alice gives up: the CANCEL waits for his first response.", EarlyCancel),
        new("RFC 5407 E", "Forking and new To tags", "Two telephones behind Bob's proxy ring, each in an early dialog of its own, and both answer: Alice gets the first answer, the second is acknowledged and hung up.", TwoAnswers),
    ];

    private static (Party Alice, Party Bob, Side Fork) Forked(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        bob.IsBehindProxy("198.51.100.2:5060");
        alice.Invites(bob);
        Side desk = bob.Side, cell = desk.Forks("Cell");
        desk.Rings();
        s.Pause(0.1);
        cell.Rings();
        s.Pause(2);
        return (alice, bob, cell);
    }

    private static void EarlyBye(Scenario s)
    {
        (Party alice, Party bob, Side cell) = Forked(s);
        alice.Sides[0].HangsUp();
        s.Pause(2);
        cell.Answers();
        alice.Confirmed.Acks();
        s.Pause(5);
        alice.Confirmed.HangsUp();
        alice.Saw("100 180 180 200 200 200");
        bob.Saw("INVITE BYE ACK BYE");
    }

    private static void TwoAnswers(Scenario s)
    {
        (Party alice, Party bob, Side cell) = Forked(s);
        bob.Sides[0].Answers();
        cell.Answers();
        alice.Confirmed.Acks();
        s.Pause(5);
        alice.Confirmed.HangsUp();
        alice.Saw("100 180 180 200 200");
        bob.Saw("INVITE ACK ACK BYE BYE");
    }

    private static void ByeOverlaps(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob), b = bob.Side;
        b.Rings();
        s.Pause(2);
        b.Answers();
        a.Acks();
        s.Pause(5);
        b.Reinvites("sendonly");
        b.HangsUp();
        alice.Saw("100 180 200 INVITE BYE ACK");
        bob.Saw("INVITE ACK 100 200 487");
    }

    private static void EarlyCancel(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob);
        a.Cancels();
        s.Pause(0.3);
        bob.Side.Rings();
        alice.Saw("100 200 487");
        bob.Saw("INVITE CANCEL ACK");
    }
}
