using System.Net;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Self;

/// <summary>The proxy of the tests without a node: what tests of the node take for granted.</summary>
[Trait("Category", "Self")]
public sealed class KamailioTests
{
    [NeedsFact("kamailio")]
    public void It_registers_with_the_right_password_only_and_as_slowly_as_it_is_told()
    {
        using Kamailio kamailio = new(new KamailioSetup { Realm = "example.test" });
        using var party = new Party("phone-kr");
        var right = new PartyRegistration(party, kamailio.Address, "alice", "secret", "MD5");
        Assert.Equal(401, new PartyRegistration(party, kamailio.Address, "alice", "wrong", "MD5").Send(600).Status);
        Assert.Empty(kamailio.Bindings);
        Assert.Equal(200, right.Send(600).Status);
        KamailioBinding binding = Assert.Single(kamailio.Bindings);
        Assert.Equal(("alice", $"sip:phone-kr-contact@{party.Address}", 2u), (binding.User, binding.Contact, binding.CSeq));
        Assert.Equal(["", "alice", "", "alice"], kamailio.Requests.Where(request => request.Method == "REGISTER").Select(request => request.User));

        kamailio.Delay(TimeSpan.FromSeconds(1));
        long began = Party.Now;
        Assert.Equal(200, right.Send(600).Status);
        Assert.InRange(Party.Now - began, 900, 5_000);
        kamailio.Refuse(503);
        Assert.Equal(503, right.Send(600).Status);
        kamailio.Refuse(0);
        kamailio.Delay(TimeSpan.Zero);
        Assert.Equal(200, right.Send(0).Status);
        Assert.Empty(kamailio.Bindings);
    }

    [NeedsFact("kamailio")]
    public void Calls_pass_it_both_ways_and_all_of_them_goes_through_it()
    {
        using var behind = new Party("behind-kc") { Proxies = 1 };
        using var outside = new Party("outside-kc") { Proxies = 1 };
        using Kamailio kamailio = new(new KamailioSetup { Behind = $"sip:{behind.Address}", Node = $"sip:{outside.Address}" });
        foreach ((Party caller, Party callee, string domain) in new[] { (behind, outside, "outside.test"), (outside, behind, "behind.test") })
        {
            callee.OnCall = call => call.Answer();
            PartyCall near = caller.Call(kamailio.Address, $"sip:{caller.Name}@{domain}", call => call.OnPhase = now =>
            {
                if (now.Phase == CallPhase.Established)
                {
                    now.Bye();
                }
            });
            Eventually.True(() => near.ByeStatus == 200, TimeSpan.FromSeconds(10), () => $"{near}\n{kamailio.Log}");

            // ACK and BYE leave together: which of Kamailio's workers is the first to say so is left to the kernel.
            Assert.Equal(["ACK", "BYE", "INVITE"], kamailio.Requests.Where(request => request.CallId == near.CallId).Select(request => request.Method).Order(StringComparer.Ordinal));
        }

        Assert.Empty(behind.Checks.Violations.Concat(outside.Checks.Violations));
    }

    [NeedsFact("kamailio")]
    public void It_is_there_again_after_it_was_killed()
    {
        using Kamailio kamailio = new(new KamailioSetup());
        kamailio.Kill();
        kamailio.Start();
        Assert.Empty(kamailio.Bindings);
    }
}
