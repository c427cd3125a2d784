using Controller.Actors.Policies;
using Controller.Actors.Tests.Flows.Script;

namespace Controller.Actors.Tests.Flows;

/// <summary>RFC 3665 section 3: SIP session establishment. The controller stands where the RFC has its proxies.</summary>
internal static class Rfc3665
{
    private const string Asked = "Proxy-Authenticate: Digest realm=\"biloxi.example.com\", qop=\"auth\", nonce=\"c1e22c41ae6cbe5ae983a9c8e88d359\", opaque=\"\", stale=FALSE, algorithm=MD5";

    public static IEnumerable<FlowScript> Flows =>
    [
        new("RFC 3665 3.1", "Successful session establishment", "Alice calls Bob, Bob answers and hangs up.", SuccessfulSession),
        new("RFC 3665 3.2", "Session establishment through two proxies",
            "The controller is Proxy 1: it asks Alice who she is. Bob is behind Proxy 2, which stays on the way (Record-Route). The BYE is answered hop by hop, not end to end.", TwoProxies),
        new("RFC 3665 3.3", "Session with multiple proxy authentication",
            "The controller is Proxy 1. The second challenge, of Proxy 2, is for the controller and not for Alice, who has no password there: it answers with the credentials of the trunk, and what follows carries them.",
            SecondChallenge),
        new("RFC 3665 3.3", "Second challenge without credentials", "The trunk has none: Alice must not learn of that side, the call ends with 403.", WithoutCredentials),
        new("RFC 3665 3.4", "Successful session with proxy failure", "The first proxy of the route is dead: after the trunk's try-timeout the next one is tried. Without a response there is nothing that a CANCEL could be sent for (RFC 3261 section 9.1): that INVITE is repeated until timer B.", ProxyFailure),
        new("RFC 3665 3.5", "Session through a SIP ALG", "What the ALG of the RFC does to addresses is what a back-to-back user agent does anyway. Alice hangs up.", ThroughAlg),
        new("RFC 3665 3.6", "Session via redirect and proxy servers with SDP in ACK",
            "The redirection is for the controller and not for Alice: by the policy of the trunk (redirect = follow) it calls the Contact of the 302 itself. Her INVITE has no description, her ACK answers Bob's.",
            Redirect),
        new("RFC 3665 3.7", "Session with re-INVITE (IP address change)", "Bob moves to another network in the middle of the call. Alice hangs up: the BYE goes to where Bob is now.", AddressChange),
        new("RFC 3665 3.8", "Unsuccessful no answer", "It rings, Alice gives up: CANCEL, answered hop by hop.", NoAnswer),
        new("RFC 3665 3.9", "Unsuccessful busy", "Bob is busy.", Busy),
        new("RFC 3665 3.10", "Unsuccessful no response from user agent", "Bob's telephone is off. The INVITE is repeated until timer B; then Alice is told.", NoResponse),
        new("RFC 3665 3.11", "Unsuccessful temporarily unavailable", "It rings, then Bob's telephone says that he is not there.", TemporarilyUnavailable),
    ];

    private static void SuccessfulSession(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob), b = bob.Side;
        b.Rings();
        s.Pause(2);
        b.Answers();
        a.Acks();
        s.Pause(10);
        b.HangsUp();
        alice.Saw("100 180 200 BYE");
        bob.Saw("INVITE ACK 200");
    }

    private static void TwoProxies(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        s.HasPassword(alice);
        s.CallersAreChallenged();
        bob.IsBehindProxy("198.51.100.2:5060");
        Side a = alice.Invites(bob);
        a.InvitesAgain(Challenge.Answer(alice));
        Side b = bob.Side;
        b.Rings();
        s.Pause(2);
        b.Answers();
        a.Acks();
        s.Pause(10);
        b.HangsUp();
        alice.Saw("407 100 180 200 BYE");
        bob.Saw("INVITE ACK 200");
    }

    private static void SecondChallenge(Scenario s)
    {
        Party alice = s.Caller("Alice"), proxy = s.Callee("Proxy 2");
        s.HasPassword(alice);
        s.CallersAreChallenged();
        s.Trunk(proxy.User, trunk => trunk with { User = "atlanta", Password = "atlanta-secret" });
        Side a = alice.Invites(proxy);
        a.InvitesAgain(Challenge.Answer(alice));
        proxy.Side.Refuses(407, Asked);
        Side b = proxy.Side;
        b.Rings();
        s.Pause(2);
        b.Answers();
        a.Acks();
        s.Pause(10);
        a.HangsUp();
        alice.Saw("407 100 180 200 200");
        proxy.Saw("INVITE ACK INVITE ACK BYE");
    }

    private static void WithoutCredentials(Scenario s)
    {
        Party alice = s.Caller("Alice"), proxy = s.Callee("Proxy 2");
        s.HasPassword(alice);
        s.CallersAreChallenged();
        Side a = alice.Invites(proxy);
        a.InvitesAgain(Challenge.Answer(alice));
        proxy.Side.Refuses(407, Asked);
        alice.Saw("407 100 403");
        proxy.Saw("INVITE ACK");
    }

    private static void ProxyFailure(Scenario s)
    {
        Party alice = s.Caller("Alice"), dead = s.Callee("Proxy 1"), bob = s.Callee("Bob", "198.51.100.20:5080");
        dead.IsDead = true;
        Side a = alice.Invites(bob);
        s.Pause(4);
        Side b = bob.Side;
        b.Rings();
        s.Pause(2);
        b.Answers();
        a.Acks();
        s.Pause(10);
        b.HangsUp();
        alice.Saw("100 180 200 BYE");
        bob.Saw("INVITE ACK 200");
    }

    private static void ThroughAlg(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        bob.IsBehindProxy("198.51.100.2:5060");
        Side a = alice.Invites(bob), b = bob.Side;
        b.Rings();
        s.Pause(2);
        b.Answers();
        a.Acks();
        s.Pause(10);
        a.HangsUp();
        alice.Saw("100 180 200 200");
        bob.Saw("INVITE ACK BYE");
    }

    private static void Redirect(Scenario s)
    {
        Party alice = s.Caller("Alice"), redirect = s.Callee("Redirect server"), bob = s.Callee("Bob");
        s.Forwards("bob", redirect);
        s.Trunk("bob", trunk => trunk with { Redirect = RedirectPolicy.Follow });
        Side a = alice.Invites(bob, offer: false);
        redirect.Side.Refuses(302, $"Contact: <{bob.Contact}>");
        Side b = bob.Side;
        b.Rings();
        s.Pause(2);
        b.Answers();
        a.Acks();
        s.Pause(10);
        b.HangsUp();
        alice.Saw("100 180 200 BYE");
        redirect.Saw("INVITE ACK");
        bob.Saw("INVITE ACK 200");
    }

    private static void AddressChange(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob), b = bob.Side;
        b.Rings();
        s.Pause(2);
        b.Answers();
        a.Acks();
        s.Pause(10);
        bob.MovesTo("198.51.100.201:5080");
        b.Media.Host = "198.51.100.201";
        b.Reinvites();
        a.Accepts();
        b.Acks();
        s.Pause(10);
        a.HangsUp();
        alice.Saw("100 180 200 INVITE ACK 200");
        bob.Saw("INVITE ACK 100 200 BYE");
    }

    private static void NoAnswer(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        Side a = alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(15);
        a.Cancels();
        alice.Saw("100 180 200 487");
        bob.Saw("INVITE CANCEL ACK");
    }

    private static void Busy(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        alice.Invites(bob);
        bob.Side.Refuses(486);
        alice.Saw("100 486");
        bob.Saw("INVITE ACK");
    }

    private static void NoResponse(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        bob.IsDead = true;
        alice.Invites(bob);
        s.Pause(33);
        alice.Saw("100 408");
        bob.Saw("INVITE");
    }

    private static void TemporarilyUnavailable(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        alice.Invites(bob);
        bob.Side.Rings();
        s.Pause(5);
        bob.Side.Refuses(480);
        alice.Saw("100 180 480");
        bob.Saw("INVITE ACK");
    }
}
