using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Proxies;

/// <summary>The first of a carrier's two proxies is not what it should be: the second carries the call, and the caller sees one clean answer.</summary>
[Trait("Category", "Peers")]
public sealed class CarrierFailoverTests
{
    private static readonly TimeSpan TryTimeout = TimeSpan.FromSeconds(2);

    public enum First
    {
        /// <summary>Its machine is there and refuses what comes.</summary>
        Killed,
        Silent,

        /// <summary>With 503, once it knows who is calling.</summary>
        Refusing,
    }

    [NeedsTheory("kamailio", "named")]
    [InlineData(First.Killed, "udp")]
    [InlineData(First.Killed, "tcp")]
    [InlineData(First.Silent, "udp")]
    [InlineData(First.Refusing, "udp")]
    public void The_second_proxy_carries_the_call(First first, string transport)
    {
        using BetweenProxies bed = new(new ProxySetup { Between = transport });
        switch (first)
        {
            case First.Killed:
                bed.Carriers[0].Kill();
                break;
            case First.Silent:
                bed.Carriers[0].Silent(true);
                break;
            default:
                bed.Carriers[0].Refuse(503);
                break;
        }

        PartyCall near = bed.CallOut("second");
        PartyCall far = bed.AwaitTalk(near);
        long setUp = near.AnsweredAt - near.StartedAt;
        Assert.Single(near.Trace, step => step is "<- 200");
        Assert.DoesNotContain(near.Trace, step => step.StartsWith("<- ", StringComparison.Ordinal) && step is not ("<- 100" or "<- 180" or "<- 200" or "<- BYE"));
        Assert.Equal(["", ProxyBed.CarrierUser], Invites(bed.Carriers[1], far.CallId).Select(request => request.User));
        if (first == First.Silent)
        {
            Assert.InRange(setUp, TryTimeout.TotalMilliseconds, TryTimeout.TotalMilliseconds + 1500);
        }

        bed.Do(far.Bye);
        bed.Await(() => far.ByeStatus == 200 && near.EndedByRemote, "the BYE");
        bed.AssertNoViolation();
        Figures.Record($"figure: the first of a carrier's proxies is {first} ({transport}): answered by the second after {setUp} ms");
        Restored(bed, first);
    }

    /// <summary>It is asked again before the second one.</summary>
    private static void Restored(BetweenProxies bed, First first)
    {
        switch (first)
        {
            case First.Killed:
                bed.Carriers[0].Start();
                break;
            case First.Silent:
                bed.Carriers[0].Silent(false);
                break;
            default:
                bed.Carriers[0].Refuse(0);
                break;
        }

        int number = 0;
        bed.Await(() => IsCarriedByTheFirst(bed, $"again-{++number}"), "the first proxy is not asked again");
        bed.AssertNoViolation();
    }

    private static bool IsCarriedByTheFirst(BetweenProxies bed, string user)
    {
        PartyCall near = bed.CallOut(user);
        PartyCall far = bed.AwaitTalk(near);
        bool carried = Invites(bed.Carriers[0], far.CallId).Any();
        bed.Do(near.Bye);
        bed.Await(() => near.ByeStatus == 200 && far.EndedByRemote, "the BYE");
        return carried;
    }

    private static IEnumerable<KamailioRequest> Invites(Kamailio proxy, string callId) => proxy.Requests.Where(request => request.Method == "INVITE" && request.CallId == callId);
}
