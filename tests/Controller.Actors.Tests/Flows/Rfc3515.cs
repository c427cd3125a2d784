using Controller.Actors.Policies;
using Controller.Actors.Tests.Flows.Script;

namespace Controller.Actors.Tests.Flows;

/// <summary>RFC 3515: REFER within a call, relayed, carried out here, and refused.</summary>
internal static class Rfc3515
{
    public static IEnumerable<FlowScript> Flows =>
    [
        new("RFC 3515 4.1", "Prototypical REFER", "Alice refers Bob to Carol. REFER and NOTIFYs are relayed; Refer-To names Carol by an address of the controller's, where Bob calls her.", Relayed),
        new("RFC 3515 4.2", "Multiple REFERs in a dialog", "The subscriptions are told apart by the CSeq number of their REFER (Event: refer;id=), which is another on each leg.", Two),
        new("RFC 3515 2.4.2", "REFER declined by the other side", "Bob does not want to: 603, and there is no subscription.", Declined),
        new("RFC 3515 2.4.2", "REFER without Refer-To", "400 from the controller; Bob never hears of it.", WithoutTarget),
        new("RFC 3515 2.4.2", "REFER refused here", "The policy of Alice's side is not to let her refer anybody: 603 from the controller.", RefusedHere),
        new("RFC 3515 4.1", "REFER carried out here",
            "The controller is Alice's agent B: it accepts, calls Carol for Bob, gives her description to Bob in a re-INVITE, tells Alice, and hangs her up. Bob has heard of no REFER.", CarriedOut),
        new("RFC 3515 4.1", "REFER carried out here, target busy", "Carol is busy. Alice is told (NOTIFY 486) and still talks to Bob.", CarriedOutBusy),
        new("RFC 3515 4.1", "REFER carried out here, referrer gone", "Alice hangs up as soon as she is told that somebody is trying; Bob is connected to Carol all the same.", CarriedOutGone),
    ];

    public static (Side Alice, Side Bob) Established(Scenario s, Party alice, Party bob)
    {
        foreach (Party party in (Party[])[alice, bob])
        {
            party.Always.Add("Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, REFER, NOTIFY");
        }

        Side a = alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(2);
        bob.Side.Answers();
        a.Acks();
        s.Pause(5);
        return (a, bob.Side);
    }

    private static void Relayed(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), carol = s.Callee("Carol");
        (Side a, Side b) = Established(s, alice, bob);
        a.Refers("sip:carol@biloxi.example.com");
        b.Accepts(202);
        b.Notifies("SIP/2.0 100 Trying", "active;expires=60");
        Side toCarol = bob.Follows();
        carol.Side.Rings();
        carol.Side.Answers();
        toCarol.Acks();
        b.Notifies("SIP/2.0 200 OK", "terminated;reason=noresource");
        a.HangsUp();
        s.Pause(5);
        toCarol.HangsUp();
        alice.Saw("100 180 200 202 NOTIFY NOTIFY 200");
        bob.Saw("INVITE ACK REFER 200 100 180 200 200 BYE 200");
        carol.Saw("INVITE ACK BYE");
    }

    private static void Two(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        (Side a, Side b) = Established(s, alice, bob);
        a.Refers("sip:carol@biloxi.example.com");
        b.Accepts(202);
        b.Notifies("SIP/2.0 100 Trying", "active;expires=60");
        a.Refers("sip:dave@biloxi.example.com");
        b.Accepts(202);
        string second = $"refer;id={bob.Seen.Last(message => message.Method == "REFER").CSeq}";
        b.Notifies("SIP/2.0 100 Trying", "active;expires=60", second);
        b.Notifies("SIP/2.0 486 Busy Here", "terminated;reason=noresource", second);
        b.Notifies("SIP/2.0 404 Not Found", "terminated;reason=noresource");
        a.HangsUp();
        alice.Saw("100 180 200 202 NOTIFY 202 NOTIFY NOTIFY NOTIFY 200");
        bob.Saw("INVITE ACK REFER 200 REFER 200 200 200 BYE");
    }

    private static void Declined(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        (Side a, Side b) = Established(s, alice, bob);
        a.Refers("sip:carol@biloxi.example.com");
        b.Refuses(603);
        s.Pause(1);
        a.HangsUp();
        alice.Saw("100 180 200 603 200");
        bob.Saw("INVITE ACK REFER BYE");
    }

    private static void WithoutTarget(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        (Side a, _) = Established(s, alice, bob);
        a.Asks("REFER");
        s.Pause(1);
        a.HangsUp();
        alice.Saw("100 180 200 400 200");
        bob.Saw("INVITE ACK BYE");
    }

    private static void RefusedHere(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        s.HandlesRefer("access", ReferPolicy.Refuse);
        (Side a, _) = Established(s, alice, bob);
        a.Refers("sip:carol@biloxi.example.com");
        s.Pause(1);
        a.HangsUp();
        alice.Saw("100 180 200 603 200");
        bob.Saw("INVITE ACK BYE");
    }

    private static void CarriedOut(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), carol = s.Callee("Carol");
        s.HandlesRefer("access", ReferPolicy.Terminate);
        (Side a, Side b) = Established(s, alice, bob);
        a.Refers("sip:carol@biloxi.example.com");
        carol.Side.Rings();
        s.Pause(2);
        carol.Side.Answers();
        b.Accepts();
        s.Pause(5);
        b.HangsUp();
        alice.Saw("100 180 200 202 NOTIFY NOTIFY BYE");
        bob.Saw("INVITE ACK INVITE ACK 200");
        carol.Saw("INVITE ACK BYE");
    }

    private static void CarriedOutBusy(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), carol = s.Callee("Carol");
        s.HandlesRefer("access", ReferPolicy.Terminate);
        (Side a, _) = Established(s, alice, bob);
        a.Refers("sip:carol@biloxi.example.com");
        carol.Side.Refuses(486);
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 180 200 202 NOTIFY NOTIFY 200");
        bob.Saw("INVITE ACK BYE");
        carol.Saw("INVITE ACK");
    }

    private static void CarriedOutGone(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), carol = s.Callee("Carol");
        s.HandlesRefer("access", ReferPolicy.Terminate);
        (Side a, Side b) = Established(s, alice, bob);
        a.Refers("sip:carol@biloxi.example.com");
        a.HangsUp();
        carol.Side.Answers();
        b.Accepts();
        s.Pause(5);
        carol.Side.HangsUp();
        alice.Saw("100 180 200 202 NOTIFY 200 NOTIFY");
        bob.Saw("INVITE ACK INVITE ACK BYE");
        carol.Saw("INVITE ACK 200");
    }
}
