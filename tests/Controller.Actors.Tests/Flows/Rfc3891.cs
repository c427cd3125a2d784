using Controller.Actors.Tests.Flows.Script;

namespace Controller.Actors.Tests.Flows;

/// <summary>RFC 3891: Replaces. The dialog that it names is another on each leg; parties check that they are told one that they have.</summary>
internal static class Rfc3891
{
    public static IEnumerable<FlowScript> Flows =>
    [
        new("RFC 3891 1", "Park and retrieve",
            "Alice parks Bob: he calls the parking place and is hung up by her. From another telephone she retrieves him: her INVITE replaces the dialog that the parking place has with him.", ParkAndRetrieve),
        new("RFC 3891 1", "Attended transfer", "Bob has asked Carol in a second call. He refers Alice to her, naming that call: Alice's INVITE replaces it at Carol's.", AttendedTransfer),
        new("RFC 3891 7.1", "Replacing an early dialog at the originator",
            "Bob hears his desk telephone and takes the call at the computer in the lab, which sends an INVITE with Replaces (early-only) to Alice. She accepts it, and cancels hers.", EarlyAtOriginator),
        new("RFC 3891 3", "No such dialog", "The dialog is not known (any more): 481.", Unknown),
    ];

    private static void ParkAndRetrieve(Scenario s)
    {
        Party phone1 = s.Caller("Phone 1"), phone2 = s.Caller("Phone 2"), bob = s.Callee("Bob"), place = s.Callee("Place");
        (Side a, Side b) = Rfc3515.Established(s, phone1, bob);
        a.Refers("sip:place@biloxi.example.com");
        b.Accepts(202);
        b.Notifies("SIP/2.0 100 Trying", "active;expires=60");
        Side parked = bob.Follows();
        place.Side.Answers();
        parked.Acks();
        b.Notifies("SIP/2.0 200 OK", "terminated;reason=noresource");
        a.HangsUp();
        s.Pause(60);
        Side retrieved = phone2.TakesOver(place.Side);
        bob.Side.Answers();
        retrieved.Acks();
        parked.HangsUp();
        s.Pause(5);
        retrieved.HangsUp();
        phone1.Saw("100 180 200 202 NOTIFY NOTIFY 200");
        phone2.Saw("100 200 200");
        place.Saw("INVITE ACK BYE");
        bob.Saw("INVITE ACK REFER 200 100 200 200 BYE INVITE ACK 200 BYE");
    }

    private static void AttendedTransfer(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), carol = s.Callee("Carol");
        (Side a, Side b) = Rfc3515.Established(s, alice, bob);
        Side toCarol = bob.Invites(carol);
        carol.Side.Answers();
        toCarol.Acks();
        Side consulted = carol.Side;
        b.Refers(toCarol.Replacing);
        a.Accepts(202);
        a.Notifies("SIP/2.0 100 Trying", "active;expires=60");
        Side transferred = alice.Follows();
        carol.Side.Answers();
        transferred.Acks();
        consulted.HangsUp();
        a.Notifies("SIP/2.0 200 OK", "terminated;reason=noresource");
        b.HangsUp();
        s.Pause(5);
        transferred.HangsUp();
        alice.Saw("100 180 200 REFER 200 100 200 200 BYE 200");
        bob.Saw("INVITE ACK 100 200 202 NOTIFY BYE NOTIFY 200");
        carol.Saw("INVITE ACK INVITE ACK 200 BYE");
    }

    private static void EarlyAtOriginator(Scenario s)
    {
        Party alice = s.Caller("Alice"), desk = s.Callee("Bob"), lab = s.Callee("Lab");
        Side a = alice.Invites(desk);
        desk.Side.Rings();
        s.Pause(3);
        Side taken = lab.TakesOver(desk.Side, ";early-only");
        alice.Side.Answers();
        taken.Acks();
        a.Cancels();
        s.Pause(5);
        taken.HangsUp();
        alice.Saw("100 180 INVITE ACK 200 487 BYE");
        desk.Saw("INVITE CANCEL ACK");
        lab.Saw("100 200 200");
    }

    private static void Unknown(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), carol = s.Callee("Carol");
        (Side a, Side b) = Rfc3515.Established(s, alice, bob);
        a.HangsUp();
        s.Pause(40);
        carol.TakesOver(b);
        alice.Saw("100 180 200 200");
        carol.Saw("100 481");
    }
}
