using Controller.Actors.Tests.Flows.Script;

namespace Controller.Actors.Tests.Flows;

/// <summary>RFC 3311: UPDATE.</summary>
internal static class Rfc3311
{
    private const string Methods = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE";

    public static IEnumerable<FlowScript> Flows =>
    [
        new("RFC 3311 8", "UPDATE in the early dialog", "The example of the RFC: answer in a reliable 183, then the caller puts the session that is not answered yet on hold, and the callee changes it as well.", Early),
        new("RFC 3311 5.1", "UPDATE in the call", "Once the call is up, an UPDATE renegotiates as a re-INVITE does, without a three-way handshake.", Established),
        new("RFC 3311 5.2", "UPDATE crosses UPDATE", "Both offer at once: 491 to both; the call stays as it is.", Glare),
    ];

    private static (Party Alice, Party Bob) Two(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        foreach (Party party in (Party[])[alice, bob])
        {
            party.Always.Add("Supported: 100rel");
            party.Always.Add(Methods);
        }

        return (alice, bob);
    }

    private static void Early(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        Side a = alice.Invites(bob), b = bob.Side;
        b.Rings(183, sdp: true, reliable: true);
        a.Pracks();
        s.Pause(1);
        a.Updates("inactive");
        b.Accepts();
        s.Pause(1);
        b.Updates();
        a.Accepts();
        b.Answers();
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 183 200 200 UPDATE 200 200");
        bob.Saw("INVITE PRACK UPDATE 200 ACK BYE");
    }

    private static void Established(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        Side a = alice.Invites(bob), b = bob.Side;
        b.Answers();
        a.Acks();
        s.Pause(5);
        b.Updates("sendonly");
        a.Accepts();
        s.Pause(5);
        b.Updates();
        a.Accepts();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 200 UPDATE UPDATE 200");
        bob.Saw("INVITE ACK 200 200 BYE");
    }

    private static void Glare(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        Side a = alice.Invites(bob), b = bob.Side;
        b.Answers();
        a.Acks();
        s.Pause(5);
        s.Crossing(bob, () =>
        {
            a.Updates("sendonly");
            b.Updates("sendonly");
        });
        s.Pause(1);
        a.HangsUp();
        alice.Saw("100 200 491 200");
        bob.Saw("INVITE ACK UPDATE 491 BYE");
    }
}
