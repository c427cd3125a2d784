using Controller.Actors.Tests.Flows.Script;

namespace Controller.Actors.Tests.Flows;

/// <summary>RFC 5359 section 2: the services that are made of REFER, Replaces and dialog events.</summary>
internal static class Rfc5359Replaces
{
    public static IEnumerable<FlowScript> Flows =>
    [
        new("RFC 5359 2.3", "Music on hold",
            "Bob holds Alice and asks his music server to play to her: that REFER passes between those two. The server's INVITE replaces Bob's dialog at Alice's, who hangs that one up; Bob takes her back in the same way.",
            MusicOnHold),
        new("RFC 5359 2.4", "Transfer, unattended", "Alice refers Bob, who called her, to Carol, and hangs up as soon as he is trying. The NOTIFY that he has reached her comes after the BYE.", Unattended),
        new("RFC 5359 2.5", "Transfer, attended", "Bob holds Alice, asks Carol, holds her as well, and refers Alice to her: her INVITE replaces Bob's dialog at Carol's.", Attended),
        new("RFC 5359 2.6", "Transfer by instant message", "Bob sends Carol the address of his call with Alice in a MESSAGE, which passes between those two. Carol's INVITE replaces Bob's dialog at Alice's.", ByMessage),
        new("RFC 5359 2.10", "Three-way conference, third party is added", "Bob becomes the mixer: a re-INVITE to Alice, and a call to Carol.", PartyAdded),
        new("RFC 5359 2.15", "Call park",
            "Bob asks the park server to take Alice: that REFER, and the SUBSCRIBE by which Carol learns of the dialog, pass on their side. Both INVITEs with Replaces reach Alice through the controller.", Park),
        new("RFC 5359 2.16", "Call pickup", "Bill knows from Bob's telephone that it is ringing, and takes the call: his INVITE replaces Alice's early dialog, she cancels hers.", Pickup),
        new("RFC 5359 2.17", "Automatic redial",
            "Bob is busy. Alice subscribes to his dialogs, which the operator lets cross (topology = pass), is told when he is free, and calls again.", Redial),
    ];

    private const string Confirmed = "<?xml version=\"1.0\"?>\r\n<dialog-info xmlns=\"urn:ietf:params:xml:ns:dialog-info\" version=\"0\" state=\"full\" entity=\"sip:bob@biloxi.example.com\">"
        + "<dialog id=\"562623442g3\"><state>confirmed</state></dialog></dialog-info>\r\n";

    private static (Side Caller, Side Callee) Established(Scenario s, Party caller, Party callee) => Rfc3515.Established(s, caller, callee);

    private static void MusicOnHold(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), music = s.Callee("Music");
        (Side a, Side b) = Established(s, alice, bob);
        b.Reinvites("sendonly");
        a.Accepts();
        b.Acks();
        Side plays = music.TakesOver(b, direction: "sendonly");
        Side hears = alice.Side;
        hears.Answers();
        plays.Acks();
        a.HangsUp();
        s.Pause(30);
        Side back = bob.TakesOver(plays);
        alice.Side.Answers();
        back.Acks();
        hears.HangsUp();
        s.Pause(5);
        alice.Confirmed.HangsUp();
        alice.Saw("100 180 200 INVITE ACK INVITE ACK 200 INVITE ACK 200 200");
        bob.Saw("INVITE ACK 100 200 BYE 100 200 BYE");
        music.Saw("100 200 BYE");
    }

    private static void Unattended(Scenario s)
    {
        Party bob = s.Caller("Bob"), alice = s.Callee("Alice"), carol = s.Callee("Carol");
        (Side b, Side a) = Established(s, bob, alice);
        a.Refers("sip:carol@biloxi.example.com");
        b.Accepts(202);
        b.Notifies("SIP/2.0 100 Trying", "active;expires=60");
        a.HangsUp();
        Side toCarol = bob.Follows();
        carol.Side.Rings();
        s.Pause(2);
        carol.Side.Answers();
        toCarol.Acks();
        b.Notifies("SIP/2.0 200 OK", "terminated;reason=noresource");
        s.Pause(5);
        toCarol.HangsUp();
        alice.Saw("INVITE ACK 202 NOTIFY 200 NOTIFY");
        bob.Saw("100 180 200 REFER 200 BYE 100 180 200 200 200");
        carol.Saw("INVITE ACK BYE");
    }

    private static void Attended(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), carol = s.Callee("Carol");
        (Side a, Side b) = Established(s, alice, bob);
        b.Reinvites("sendonly");
        a.Accepts();
        b.Acks();
        Side toCarol = bob.Invites(carol);
        Side consulted = carol.Side;
        consulted.Rings();
        consulted.Answers();
        toCarol.Acks();
        s.Pause(5);
        toCarol.Reinvites("sendonly");
        consulted.Accepts();
        toCarol.Acks();
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
        alice.Saw("100 180 200 INVITE ACK REFER 200 100 200 200 BYE 200");
        bob.Saw("INVITE ACK 100 200 100 180 200 100 200 202 NOTIFY BYE NOTIFY 200");
        carol.Saw("INVITE ACK INVITE ACK INVITE ACK 200 BYE");
    }

    private static void ByMessage(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), carol = s.Callee("Carol");
        (Side a, Side b) = Established(s, alice, bob);
        Side taken = carol.TakesOver(b);
        alice.Side.Answers();
        taken.Acks();
        a.HangsUp();
        s.Pause(5);
        taken.HangsUp();
        alice.Saw("100 180 200 INVITE ACK 200 BYE");
        bob.Saw("INVITE ACK BYE");
        carol.Saw("100 200 200");
    }

    private static void PartyAdded(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), carol = s.Callee("Carol");
        (Side a, Side b) = Established(s, alice, bob);
        b.Media.Port = 49_300;
        b.Reinvites();
        a.Accepts();
        b.Acks();
        Side toCarol = bob.Invites(carol);
        carol.Side.Rings();
        carol.Side.Answers();
        toCarol.Acks();
        s.Pause(30);
        toCarol.HangsUp();
        b.HangsUp();
        alice.Saw("100 180 200 INVITE ACK BYE");
        bob.Saw("INVITE ACK 100 200 100 180 200 200 200");
        carol.Saw("INVITE ACK BYE");
    }

    private static void Park(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), park = s.Callee("Park server"), carol = s.Callee("Carol");
        (Side a, Side b) = Established(s, alice, bob);
        Side parking = park.TakesOver(b);
        Side parked = alice.Side;
        parked.Answers();
        parking.Acks();
        a.HangsUp();
        s.Pause(60);
        Side retrieved = carol.TakesOver(parking);
        alice.Side.Answers();
        retrieved.Acks();
        parked.HangsUp();
        s.Pause(5);
        retrieved.HangsUp();
        alice.Saw("100 180 200 INVITE ACK 200 INVITE ACK 200 BYE");
        bob.Saw("INVITE ACK BYE");
        park.Saw("100 200 BYE");
        carol.Saw("100 200 200");
    }

    private static void Pickup(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), bill = s.Callee("Bill");
        Side a = alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(3);
        Side taken = bill.TakesOver(bob.Side, ";early-only");
        alice.Side.Answers();
        a.Cancels();
        taken.Acks();
        s.Pause(5);
        alice.Confirmed.HangsUp();
        alice.Saw("100 180 INVITE ACK 200 487 200");
        bob.Saw("INVITE CANCEL ACK");
        bill.Saw("100 200 BYE");
    }

    private static void Redial(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        s.DialogEventsCross();
        alice.Invites(bob);
        bob.Side.Refuses(486);
        Side watches = alice.Requests("SUBSCRIBE", bob.Uri, ["Event: dialog", "Accept: application/dialog-info+xml", "Expires: 3600"]);
        Side watched = bob.Side;
        watched.Accepts(200, "Expires: 3600");
        watched.Asks("NOTIFY", ["Event: dialog", "Subscription-State: active;expires=3600"], Confirmed, "application/dialog-info+xml");
        s.Pause(60);
        watched.Asks("NOTIFY", ["Event: dialog", "Subscription-State: active;expires=3540"], Confirmed.Replace("confirmed", "terminated", StringComparison.Ordinal), "application/dialog-info+xml");
        Side a = alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(2);
        bob.Side.Answers();
        a.Acks();
        watches.Asks("SUBSCRIBE", ["Event: dialog", "Accept: application/dialog-info+xml", "Expires: 0"]);
        watched.Accepts(200, "Expires: 0");
        watched.Asks("NOTIFY", ["Event: dialog", "Subscription-State: terminated;reason=timeout"]);
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 486 200 NOTIFY NOTIFY 100 180 200 200 NOTIFY 200");
        bob.Saw("INVITE ACK SUBSCRIBE 200 200 INVITE ACK SUBSCRIBE 200 BYE");
    }
}
