using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Proxies;

/// <summary>Kamailio as carrier and as customer, both at once: digest on both sides, Record-Route on both sides, whole calls in both directions.</summary>
[Trait("Category", "Peers")]
public sealed class CarrierAndCustomerTests
{
    /// <param name="answers">Whether the customer's proxy answers a challenge with the next CSeq (RFC 3261 section 22.2) or with the same one again.</param>
    [NeedsTheory("kamailio", "named")]
    [InlineData("udp", "udp", "udp", "ANSWERS")]
    [InlineData("tcp", "udp", "tcp", "ANSWERS+TRACKS_CSEQ")]
    [InlineData("udp", "tcp", "udp", "ANSWERS")]
    public void Whole_calls_both_ways(string near, string between, string far, string answers)
    {
        using BetweenProxies bed = new(new ProxySetup { Near = near, Between = between, Far = far, Customer = answers.Split('+') });
        List<long> setUps = [];
        foreach (bool callerEnds in (bool[])[true, false])
        {
            // The carrier asks for credentials whenever the node asks for something; the node knows them after the first time.
            PartyCall called = WholeCall(bed, bed.CallOut($"out-{callerEnds}"), callerEnds, setUps);
            Assert.Equal(
                ["ACK", "ACK", "ACK", "ACK without Route", callerEnds ? "BYE+" : "BYE", "INVITE", "INVITE without Route", "INVITE+", "INVITE+ without Route"], Saw(bed.Carriers[0], called));
            called = WholeCall(bed, bed.CallIn($"in-{callerEnds}"), callerEnds, setUps);
            Assert.Equal(["ACK", "ACK", "ACK", "BYE", "INVITE", "INVITE", "INVITE without Route"], Saw(bed.Customer, called));
        }

        // RFC 3262: acknowledged here, for a caller who knows nothing of it, by the route that the ringing brought.
        Assert.Contains("PRACK+", Saw(bed.Carriers[0], WholeCall(bed, bed.CallOut("prack-out"), callerEnds: true, setUps)));
        Assert.Contains("PRACK", Saw(bed.Customer, WholeCall(bed, bed.CallIn("prack-in"), callerEnds: false, setUps)));
        Cancelled(bed, bed.CallOut("ring-out"));
        Cancelled(bed, bed.CallIn("ring-in"));
        Busy(bed, bed.CallOut("busy-out"));
        Busy(bed, bed.CallIn("busy-in"));
        bed.AssertNoViolation();
        Assert.DoesNotContain(bed.Carriers[1].Requests, request => request.Method == "INVITE");
        bed.Await(() => bed.Records.Count == 10, "a charging record for each call, and none for a challenge");
        Figures.Record($"figure: Kamailio on both sides, {near}-{between}-{far}: 10 calls, set up in {setUps.Min()} to {setUps.Max()} ms (20 of them ringing)");
    }

    /// <summary>RFC 3261 section 22.3: a nonce that has grown old is followed by another one, and the same password is right again.</summary>
    [NeedsFact("kamailio", "named")]
    public void A_nonce_that_has_grown_old_within_a_call_is_no_wrong_password()
    {
        using BetweenProxies bed = new(new ProxySetup { Carrier = ["CHALLENGES", "STRICT", "SHORT_NONCE"] });
        PartyCall near = bed.CallOut("long");
        PartyCall far = bed.AwaitTalk(near);
        Eventually.Elapse(TimeSpan.FromSeconds(2.1));
        bed.Do(near.Reinvite);
        bed.Await(() => near.ReinvitesAnswered == 1, "no re-INVITE with an old nonce");
        Eventually.Elapse(TimeSpan.FromSeconds(2.1));
        bed.Do(near.Bye);
        bed.Await(() => near.ByeStatus == 200 && far.EndedByRemote, "no BYE with an old nonce");
        Assert.Equal(2, bed.Carriers[0].Requests.Count(request => request.CallId == far.CallId && request.Method == "BYE"));
        bed.AssertNoViolation();
    }

    [NeedsFact("kamailio", "named")]
    public void A_wrong_password_is_tried_once_and_the_caller_hears_of_no_challenge()
    {
        using BetweenProxies bed = new(new ProxySetup { Password = "wrong" });
        PartyCall call = bed.CallOut("nobody");
        bed.Await(() => call.Phase == CallPhase.Ended, "no answer");
        Assert.Equal(403, call.Status);
        Assert.Equal(["", ProxyBed.CarrierUser], bed.Carriers[0].Requests.Where(request => request.Method == "INVITE").Select(request => request.User));
        Assert.Empty(bed.Far.Calls);
        bed.AssertNoViolation();
    }

    [NeedsFact("kamailio", "named")]
    public void A_customer_with_a_wrong_password_reaches_nobody()
    {
        using BetweenProxies bed = new(new ProxySetup { CustomerPassword = "wrong" });
        PartyCall call = bed.CallOut("nobody");
        bed.Await(() => call.Phase == CallPhase.Ended, "no answer");
        Assert.Equal(407, call.Status);
        Assert.DoesNotContain(bed.Carriers.SelectMany(carrier => carrier.Requests), request => request.Method == "INVITE");
        Assert.Empty(bed.Records);
        bed.AssertNoViolation();
    }

    /// <summary>Up, a re-INVITE of either side, down.</summary>
    /// <returns>The callee's side.</returns>
    private static PartyCall WholeCall(BetweenProxies bed, PartyCall caller, bool callerEnds, List<long> setUps)
    {
        PartyCall callee = bed.AwaitTalk(caller);
        setUps.Add(caller.AnsweredAt - caller.StartedAt);
        bed.Do(caller.Reinvite);
        bed.Await(() => caller.ReinvitesAnswered == 1, "the caller's re-INVITE");
        bed.Do(callee.Reinvite);
        bed.Await(() => callee.ReinvitesAnswered == 1, "the callee's re-INVITE");
        Assert.Equal((1, 1), (caller.ReinvitesReceived, callee.ReinvitesReceived));
        (PartyCall ends, PartyCall hears) = callerEnds ? (caller, callee) : (callee, caller);
        bed.Do(ends.Bye);
        bed.Await(() => ends.ByeStatus == 200 && hears.EndedByRemote, "the BYE");
        return callee;
    }

    private static void Cancelled(BetweenProxies bed, PartyCall caller)
    {
        bed.Await(() => caller.Phase == CallPhase.Ringing, "it does not ring");
        bed.Do(caller.Cancel);
        bed.Await(() => caller is { Status: 487, CancelStatus: 200 } && bed.OtherSide(caller) is { Status: 487, CancelStatus: 200 }, "the CANCEL");
    }

    private static void Busy(BetweenProxies bed, PartyCall caller)
    {
        bed.Await(() => caller.Phase == CallPhase.Ended, "not refused");
        Assert.Equal(486, caller.Status);
    }

    /// <summary>What of a call came to a proxy, repetitions left out: with credentials or not, with a route or not.</summary>
    private static string[] Saw(Kamailio proxy, PartyCall behind) =>
    [
        .. proxy.Requests.Where(request => request.CallId == behind.CallId).DistinctBy(request => (request.Method, request.CSeq, request.Source, request.User))
            .Select(request => $"{request.Method}{(request.User.Length > 0 ? "+" : "")}{(request.Routes > 0 ? "" : " without Route")}").Order(StringComparer.Ordinal),
    ];
}
