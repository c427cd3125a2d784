using Controller.Actors.Tests.Flows.Script;

namespace Controller.Actors.Tests.Flows;

/// <summary>RFC 4028: session timers. Each leg has one of its own, agreed on with that peer alone.</summary>
internal static class Rfc4028
{
    private const string Updates = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE";
    private const string NoUpdates = "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS";
    private const string CallerRefreshes = "Session-Expires: 1800;refresher=uac";
    private const string CalleeRefreshes = "Session-Expires: 1800;refresher=uas";

    public static IEnumerable<FlowScript> Flows =>
    [
        new("RFC 4028 13", "Example call flow",
            "Alice's 50 seconds are too short for the controller (422, Min-SE 90), and the controller's 1800 for Bob (422, Min-SE 4000): that one is between those two, Alice hears nothing of it. "
            + "She refreshes by UPDATE, which refreshes Bob's leg as well, and then is gone: shortly before her session expires the controller hangs up, where the RFC has Bob do it.", Example),
        new("RFC 4028 9", "Caller without session timers", "Alice says nothing of timers. The controller asks by itself whether she is still there (the last line of table 2: the UAS refreshes); with Bob there is a timer as with anybody.", CallerWithout),
        new("RFC 4028 9", "Re-INVITE with too short an interval", "422 from the controller, Bob is not asked; the call goes on as it was, and Alice tries again.", TooShort),
        new("RFC 4028 10", "Caller refreshes by re-INVITE", "Alice's re-INVITE with the same description is relayed: it refreshes both legs.", CallerReinvites),
        new("RFC 4028 10", "Callee refreshes by re-INVITE", "Bob has taken the role of the refresher (refresher=uas).", CalleeReinvites),
        new("RFC 4028 10", "Callee refreshes by UPDATE", "The same without a description, and without a three-way handshake.", CalleeUpdates),
        new("RFC 4028 10", "Controller refreshes by UPDATE", "Alice leaves it to the controller (refresher=uas), and so does Bob (refresher=uac): at half of the interval it refreshes both legs.", WeUpdate),
        new("RFC 4028 7.4", "Controller refreshes by re-INVITE", "Neither allows UPDATE: re-INVITEs with the description that holds on that leg, and the same version in its o= line.", WeReinvite),
        new("RFC 4028 7.4", "UPDATE is not known after all", "Bob answers 501 to the refresh: a re-INVITE follows at once.", NotKnown),
        new("RFC 4028 7.4", "Refresh with too short an interval", "Bob answers the refresh by 422: it is made again with his Min-SE.", RefreshTooShort),
        new("RFC 4028 7.4", "Refresh crosses a re-INVITE", "Bob is changing the session himself when the refresh comes: 491. His re-INVITE refreshes the session as well as ours would have.", RefreshCrosses),
        new("RFC 4028 10", "No refresh comes", "Alice is the refresher and does nothing: 32 seconds before the session expires both legs are hung up.", NothingComes),
        new("RFC 4028 10", "Refresh is not answered", "Bob is gone. When the UPDATE has timed out both legs are hung up.", NotAnswered),
        new("RFC 4028 10", "Refresh is answered by 481", "Bob does not know the call any more: both legs are hung up.", NotThere),
    ];

    private static (Party Alice, Party Bob) Two(Scenario s, string alices = Updates, string bobs = Updates)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        alice.Always.AddRange(["Supported: timer", alices]);
        bob.Always.AddRange(["Supported: timer", bobs]);
        return (alice, bob);
    }

    private static (Side Alice, Side Bob) Established(Scenario s, Party alice, Party bob, string asked, string agreed)
    {
        Side a = alice.Invites(bob, headers: asked.Length > 0 ? [asked] : []);
        bob.Side.Rings();
        s.Pause(2);
        bob.Side.Answers("Require: timer", agreed);
        a.Acks();
        return (a, bob.Side);
    }

    private static void Example(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        Side a = alice.Invites(bob, headers: ["Session-Expires: 50"]);
        a.InvitesAgain("Session-Expires: 3600", "Min-SE: 90");
        bob.Side.Refuses(422, "Min-SE: 4000");
        bob.Side.Answers("Require: timer", "Session-Expires: 4000;refresher=uac");
        a.Acks();
        s.Pause(900);
        a.Updates(null, CallerRefreshes);
        bob.Side.Accepts(200, "Require: timer", "Session-Expires: 4000;refresher=uac");
        s.Pause(5);
        alice.Dies();
        s.Pause(1765);
        alice.Saw("422 100 200 200 BYE");
        bob.Saw("INVITE ACK INVITE ACK UPDATE BYE");
    }

    private static void CallerWithout(Scenario s)
    {
        Party alice = s.Caller("Alice"), bob = s.Callee("Bob");
        bob.Always.AddRange(["Supported: timer", Updates]);
        (Side a, Side b) = Established(s, alice, bob, "", CalleeRefreshes);
        s.Pause(900);
        a.Accepts();
        b.Updates(null, CallerRefreshes);
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 180 200 INVITE ACK 200");
        bob.Saw("INVITE ACK 200 BYE");
    }

    private static void TooShort(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        (Side a, Side b) = Established(s, alice, bob, CallerRefreshes, "Session-Expires: 1800;refresher=uac");
        s.Pause(5);
        a.Reinvites(headers: ["Session-Expires: 60;refresher=uac"]);
        a.Reinvites(headers: ["Session-Expires: 90;refresher=uac", "Min-SE: 90"]);
        b.Accepts(200, "Require: timer", "Session-Expires: 1800;refresher=uac");
        a.Acks();
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 180 200 422 100 200 200");
        bob.Saw("INVITE ACK INVITE ACK BYE");
    }

    private static void CallerReinvites(Scenario s)
    {
        (Party alice, Party bob) = Two(s, NoUpdates, NoUpdates);
        (Side a, Side b) = Established(s, alice, bob, CallerRefreshes, "Session-Expires: 1800;refresher=uac");
        s.Pause(890);
        a.Reinvites(headers: [CallerRefreshes]);
        b.Accepts(200, "Require: timer", "Session-Expires: 1800;refresher=uac");
        a.Acks();
        s.Pause(890);
        a.HangsUp();
        alice.Saw("100 180 200 100 200 200");
        bob.Saw("INVITE ACK INVITE ACK BYE");
    }

    private static void CalleeReinvites(Scenario s)
    {
        (Party alice, Party bob) = Two(s, NoUpdates, NoUpdates);
        (Side a, Side b) = Established(s, alice, bob, CallerRefreshes, CalleeRefreshes);
        s.Pause(890);
        b.Reinvites(headers: [CallerRefreshes]);
        a.Accepts(200, "Require: timer", "Session-Expires: 1800;refresher=uas");
        b.Acks();
        s.Pause(890);
        b.HangsUp();
        alice.Saw("100 180 200 INVITE ACK BYE");
        bob.Saw("INVITE ACK 100 200 200");
    }

    private static void CalleeUpdates(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        (Side a, Side b) = Established(s, alice, bob, CallerRefreshes, CalleeRefreshes);
        s.Pause(890);
        b.Updates(null, CallerRefreshes);
        a.Accepts(200, "Require: timer", "Session-Expires: 1800;refresher=uas");
        s.Pause(890);
        b.HangsUp();
        alice.Saw("100 180 200 UPDATE BYE");
        bob.Saw("INVITE ACK 200 200");
    }

    private static void WeUpdate(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        (Side a, Side b) = Established(s, alice, bob, CalleeRefreshes, CallerRefreshes);
        s.Pause(900);
        a.Accepts(200, "Require: timer", CallerRefreshes);
        b.Accepts(200, "Require: timer", CallerRefreshes);
        s.Pause(890);
        a.HangsUp();
        alice.Saw("100 180 200 UPDATE 200");
        bob.Saw("INVITE ACK UPDATE BYE");
    }

    private static void WeReinvite(Scenario s)
    {
        (Party alice, Party bob) = Two(s, NoUpdates, NoUpdates);
        (Side a, Side b) = Established(s, alice, bob, CalleeRefreshes, CallerRefreshes);
        s.Pause(900);
        a.Accepts(200, "Require: timer", CallerRefreshes);
        b.Accepts(200, "Require: timer", CallerRefreshes);
        s.Pause(890);
        a.HangsUp();
        alice.Saw("100 180 200 INVITE ACK 200");
        bob.Saw("INVITE ACK INVITE ACK BYE");
    }

    private static void NotKnown(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        (Side a, Side b) = Established(s, alice, bob, CallerRefreshes, CallerRefreshes);
        s.Pause(890);
        a.Reinvites(headers: [CallerRefreshes]);
        b.Accepts(200, "Require: timer", CallerRefreshes);
        a.Acks();
        s.Pause(900);
        b.Refuses(501);
        b.Accepts(200, "Require: timer", CallerRefreshes);
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 180 200 100 200 200");
        bob.Saw("INVITE ACK INVITE ACK UPDATE INVITE ACK BYE");
    }

    private static void RefreshTooShort(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        (Side a, Side b) = Established(s, alice, bob, "Session-Expires: 1800", CallerRefreshes);
        s.Pause(890);
        a.Updates(null, CallerRefreshes);
        b.Accepts(200, "Require: timer", CallerRefreshes);
        s.Pause(900);
        b.Refuses(422, "Min-SE: 3600");
        b.Accepts(200, "Require: timer", "Session-Expires: 3600;refresher=uac");
        s.Pause(5);
        a.HangsUp();
        alice.Saw("100 180 200 200 200");
        bob.Saw("INVITE ACK UPDATE UPDATE UPDATE BYE");
    }

    private static void RefreshCrosses(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        (Side a, Side b) = Established(s, alice, bob, "Session-Expires: 7200;refresher=uac", CallerRefreshes);
        s.Pause(899.7);
        s.Late(bob, () => b.Reinvites("sendonly"), () => s.Pause(0.4));
        a.Accepts(200, "Require: timer", "Session-Expires: 1800;refresher=uas");
        b.Acks();
        s.Pause(10);
        a.HangsUp();
        alice.Saw("100 180 200 INVITE ACK 200");
        bob.Saw("INVITE ACK UPDATE 100 200 BYE");
    }

    private static void NothingComes(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        Established(s, alice, bob, "Session-Expires: 90;refresher=uac", CallerRefreshes);
        s.Pause(61);
        alice.Saw("100 180 200 BYE");
        bob.Saw("INVITE ACK BYE");
    }

    private static void NotAnswered(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        (Side a, Side b) = Established(s, alice, bob, CallerRefreshes, CallerRefreshes);
        s.Pause(890);
        a.Updates(null, CallerRefreshes);
        b.Accepts(200, "Require: timer", CallerRefreshes);
        bob.Dies();
        s.Pause(940);
        alice.Saw("100 180 200 200 BYE");
        bob.Saw("INVITE ACK UPDATE UPDATE BYE");
    }

    private static void NotThere(Scenario s)
    {
        (Party alice, Party bob) = Two(s);
        (Side a, Side b) = Established(s, alice, bob, "", CallerRefreshes);
        s.Pause(890);
        a.Updates(null, CallerRefreshes);
        b.Accepts(200, "Require: timer", CallerRefreshes);
        s.Pause(900);
        b.Refuses(481);
        b.Forget();
        alice.Saw("100 180 200 200 BYE");
        bob.Saw("INVITE ACK UPDATE UPDATE BYE");
    }
}
