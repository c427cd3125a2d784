using System.Net;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;

namespace Controller.Interop.Tests.Self;

/// <summary>Parties over TCP, and parties that forget, without a node.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Self")]
public sealed class StreamPartyTests
{
    [Fact]
    public void A_call_over_TCP_goes_on_over_the_next_connection_when_one_breaks()
    {
        PartyCall? far = null;
        using Party caller = OverTcp("caller-pa");
        IPEndPoint place;
        PartyCall call;
        using (Party callee = OverTcp("callee-pb"))
        {
            callee.OnCall = incoming => (far = incoming).Answer();
            place = callee.Address;
            call = caller.Call(callee.Address, $"sip:one@{callee.Address}");
            Await(() => call.Phase == CallPhase.Established && far!.Phase == CallPhase.Established);
            Do(caller, call.Reinvite);
            Await(() => call.ReinvitesAnswered == 1);
            Do(callee, far!.Reinvite);
            Await(() => far.ReinvitesAnswered == 1);
            Assert.Empty(caller.Checks.Violations.Concat(callee.Checks.Violations));
        }

        // Somebody else is there now, who knows of no call: over a new connection he says so.
        using var other = new Party("callee-pc", new StreamSocket(place));
        int status = 0;
        Await(() => !caller.Reaches(place));
        Do(caller, () => call.OnRefused = (_, _, refused) => status = refused);
        Do(caller, call.Reinvite);
        Await(() => status == 481);
    }

    [Fact]
    public void A_request_that_comes_again_when_it_is_long_over_is_noticed()
    {
        using var sender = new Party("caller-pa");
        using var party = new Party("callee-pb", new DatagramSocket(new IPEndPoint(IPAddress.Loopback, 0))) { ForgetAfter = 50 };
        byte[] options = PartyText.Request(sender, "OPTIONS", $"sip:{party.Address}", sender.NextBranch(),
            ["From: <sip:a@from.test>;tag=1", "To: <sip:b@to.test>", "Call-ID: 1", "CSeq: 1 OPTIONS"]);
        bool forgotten = false;
        sender.Send(options, party.Address);
        Await(() => party.Checks.Received == 1);
        party.After(200, () => forgotten = true);
        Await(() => forgotten);
        Assert.Empty(party.Checks.Violations);
        sender.Send(options, party.Address);
        Await(() => party.Checks.Violations.Count == 1);
        Assert.Contains("a request again", party.Checks.Violations[0], StringComparison.Ordinal);
    }

    private static Party OverTcp(string name) => new(name, new StreamSocket(new IPEndPoint(IPAddress.Loopback, 0)));

    private static void Do(Party party, Action action)
    {
        lock (party.Gate)
        {
            action();
        }
    }

    private static void Await(Func<bool> condition) => Eventually.True(condition, TimeSpan.FromSeconds(5), "it has happened");
}
