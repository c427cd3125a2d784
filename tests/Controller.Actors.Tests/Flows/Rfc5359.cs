using Controller.Actors.Tests.Flows.Script;

namespace Controller.Actors.Tests.Flows;

/// <summary>RFC 5359 section 2: the service examples that pass through a border controller. README.md says which do not, and why.</summary>
internal static class Rfc5359
{
    public static IEnumerable<FlowScript> Flows =>
    [
        new("RFC 5359 2.1", "Call hold", "Bob puts Alice on hold (a=sendonly) and takes her back.", Hold),
        new("RFC 5359 2.2", "Consultation hold", "Bob puts Alice on hold, asks Carol something in a second call, and comes back.", ConsultationHold),
        new("RFC 5359 2.3", "Music on hold without Replaces",
            "Where the music server knows no Replaces, Bob's telephone calls it without a description, gives Alice its offer in a re-INVITE, and the server her answer in the ACK (RFC 7088).", MusicOnHold),
        new("RFC 5359 2.7", "Call forwarding unconditional", "Bob's calls go to Carol: the route says so, as the proxy of the RFC does. Alice sees one call.", ForwardUnconditional),
        new("RFC 5359 2.8", "Call forwarding busy", "Bob is busy: the trunk's next endpoint is tried (retry-on 486).", ForwardBusy),
        new("RFC 5359 2.9", "Call forwarding no answer", "Bob's telephone rings and nobody answers: after the trunk's ring-timeout it is cancelled, and the next endpoint is tried.", ForwardNoAnswer),
        new("RFC 5359 2.12", "Find-me", "Four telephones, one after the other: nobody answers the first (ring-timeout), the second is not logged in, the third is busy (retry-on), the fourth answers.", FindMe),
        new("RFC 5359 2.12", "Find-me, all at once", "Bob has three telephones registered: all ring, the third answers, the others are cancelled (completed elsewhere).", FindMeAtOnce),
        new("RFC 5359 2.13", "Incoming call screening", "Bob's side refuses the call (403) and says where the reason can be heard. Alice calls the announcement, which hangs up when it is over.", IncomingScreening),
        new("RFC 5359 2.14", "Outgoing call screening", "Alice proves who she is; the number that she calls is barred.", OutgoingScreening),
    ];

    private static (Side Alice, Side Bob) Established(Party alice, Party bob, Scenario s)
    {
        Side a = alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(2);
        bob.Side.Answers();
        a.Acks();
        s.Pause(5);
        return (a, bob.Side);
    }

    private static void Hold(Scenario s)
    {
        (Side a, Side b) = Established(s.Caller("Alice"), s.Callee("Bob"), s);
        b.Reinvites("sendonly");
        a.Accepts();
        b.Acks();
        s.Pause(30);
        b.Reinvites();
        a.Accepts();
        b.Acks();
        s.Pause(5);
        a.HangsUp();
        a.Party.Saw("100 180 200 INVITE ACK INVITE ACK 200");
        b.Party.Saw("INVITE ACK 100 200 100 200 BYE");
    }

    private static void ConsultationHold(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), carol = s.Callee("Carol");
        (Side a, Side b) = Established(alice, bob, s);
        b.Reinvites("sendonly");
        a.Accepts();
        b.Acks();
        Side toCarol = bob.Invites(carol);
        carol.Side.Rings();
        carol.Side.Answers();
        toCarol.Acks();
        s.Pause(10);
        toCarol.HangsUp();
        b.Reinvites();
        a.Accepts();
        b.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 180 200 INVITE ACK INVITE ACK 200");
        bob.Saw("INVITE ACK 100 200 100 180 200 200 100 200 BYE");
        carol.Saw("INVITE ACK BYE");
    }

    private static void MusicOnHold(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), music = s.Callee("Music");
        (Side a, Side b) = Established(alice, bob, s);
        b.Reinvites("sendonly");
        a.Accepts();
        b.Acks();

        // The server's offer goes to Alice in a re-INVITE, and her answer to the server in the ACK: the media run between those two.
        Side toMusic = bob.Invites(music, offer: false);
        music.Side.Answers();
        b.Media.Host = music.Address.Address.ToString();
        b.Reinvites("sendonly");
        a.Accepts();
        b.Acks();
        toMusic.Media.Host = "192.0.2.10";
        toMusic.Acks();
        s.Pause(30);
        b.Media.Host = bob.Address.Address.ToString();
        b.Reinvites();
        a.Accepts();
        b.Acks();
        toMusic.HangsUp();
        s.Pause(5);
        b.HangsUp();
        alice.Saw("100 180 200 INVITE ACK INVITE ACK INVITE ACK BYE");
        music.Saw("INVITE ACK BYE");
    }

    private static void ForwardUnconditional(Scenario s)
    {
        Party alice = s.Caller("Alice"), carol = s.Callee("Carol");
        s.Forwards("bob", carol);
        Side a = alice.Invites("sip:bob@biloxi.example.com");
        carol.Side.Rings();
        s.Pause(2);
        carol.Side.Answers();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 180 200 200");
        carol.Saw("INVITE ACK BYE");
    }

    private static void ForwardBusy(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), carol = s.Callee("Carol");
        s.Forwards("bob", bob, carol);
        Side a = alice.Invites("sip:bob@biloxi.example.com");
        bob.Side.Refuses(486);
        carol.Side.Rings();
        s.Pause(2);
        carol.Side.Answers();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 180 200 200");
        bob.Saw("INVITE ACK");
        carol.Saw("INVITE ACK BYE");
    }

    private static void ForwardNoAnswer(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), carol = s.Callee("Carol");
        s.Forwards("bob", bob, carol);
        s.Trunk("bob", trunk => trunk with { RingTimeout = TimeSpan.FromSeconds(20) });
        alice.Invites("sip:bob@biloxi.example.com");
        bob.Side.Rings();
        s.Pause(20);
        carol.Side.Rings();
        s.Pause(2);
        carol.Side.Answers();
        alice.Confirmed.Acks();
        s.Pause(5);
        alice.Confirmed.HangsUp();
        alice.Saw("100 180 180 200 200");
        bob.Saw("INVITE CANCEL ACK");
        carol.Saw("INVITE ACK BYE");
    }

    private static void FindMe(Scenario s)
    {
        Party alice = s.Caller("Alice"), office = s.Callee("Office"), cell = s.Callee("Cell"), lab = s.Callee("Lab"), home = s.Callee("Home");
        s.Forwards("bob", office, cell, lab, home);
        s.Trunk("bob", trunk => trunk with { RingTimeout = TimeSpan.FromSeconds(20), RetryOn = [408, 480, 486, 503] });
        alice.Invites("sip:bob@biloxi.example.com");
        office.Side.Rings();
        s.Pause(20);
        cell.Side.Refuses(480);
        lab.Side.Refuses(486);
        home.Side.Rings();
        s.Pause(2);
        home.Side.Answers();
        alice.Confirmed.Acks();
        s.Pause(5);
        home.Side.HangsUp();
        alice.Saw("100 180 180 200 BYE");
        office.Saw("INVITE CANCEL ACK");
        cell.Saw("INVITE ACK");
        lab.Saw("INVITE ACK");
        home.Saw("INVITE ACK 200");
    }

    private static void IncomingScreening(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob"), announcement = s.Callee("Announcement");
        alice.Invites(bob);
        bob.Side.Refuses(403, "Error-Info: <sip:announcement@biloxi.example.com>");
        Side a = alice.Invites(announcement);
        announcement.Side.Answers();
        a.Acks();
        s.Pause(10);
        announcement.Side.HangsUp();
        alice.Saw("100 403 100 200 BYE");
        bob.Saw("INVITE ACK");
        announcement.Saw("INVITE ACK 200");
    }

    private static void FindMeAtOnce(Scenario s)
    {
        Party alice = s.Caller("Alice"), desk = s.User("Desk"), cell = s.User("Cell"), home = s.User("Home");
        s.RegistrarTrustsEverybody();
        foreach (Party phone in (Party[])[desk, cell, home])
        {
            phone.Registers("bob");
        }

        alice.Invites("sip:bob@atlanta.example.com");
        desk.Side.Rings();
        cell.Side.Rings();
        home.Side.Rings();
        s.Pause(5);
        home.Side.Answers();
        alice.Confirmed.Acks();
        s.Pause(5);
        alice.Confirmed.HangsUp();
        desk.Saw("200 INVITE CANCEL ACK");
        cell.Saw("200 INVITE CANCEL ACK");
        home.Saw("200 INVITE ACK BYE");
    }

    private static void OutgoingScreening(Scenario s)
    {
        Party alice = s.Caller("Alice");
        s.HasPassword(alice);
        s.CallersAreChallenged();
        Side a = alice.Invites("sip:barred@biloxi.example.com");
        a.InvitesAgain(Challenge.Answer(alice));
        alice.Saw("407 404");
    }
}
