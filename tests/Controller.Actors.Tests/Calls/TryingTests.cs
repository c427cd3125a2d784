using System.Net;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Calls;

/// <summary>How long an endpoint of a trunk has to show a sign of life (try-timeout), and from then on to answer (ring-timeout).</summary>
public class TryingTests
{
    private static readonly IPEndPoint Second = new(IPAddress.Parse("198.51.100.21"), 5080);

    private static CallDriver Called(double ringSeconds, params string[] endpoints)
    {
        ControllerSettings settings = CallDriver.OneTrunk(endpoints);
        var call = new CallDriver(settings with { Trunks = settings.Trunks.SetItem("uas", settings.Trunks["uas"] with { RingTimeout = TimeSpan.FromSeconds(ringSeconds) }) });
        call.FromCaller(Invite());
        return call;
    }

    private static CallDriver OfTwo(double ringSeconds) => Called(ringSeconds, "sip:198.51.100.20:5080", "sip:198.51.100.21:5080");

    /// <summary>How many different messages; repetitions do not count.</summary>
    private static int Sent(CallDriver call, string start) => call.Wire.Where(sent => sent.Text.StartsWith(start, StringComparison.Ordinal)).DistinctBy(sent => sent.Text).Count();

    [Fact]
    public void An_endpoint_that_is_silent_is_left_for_the_next()
    {
        CallDriver call = OfTwo(180);
        call.Elapse(TimeSpan.FromSeconds(3.9));
        Assert.NotEqual(Second, call.Last("INVITE").To.Remote);
        call.Elapse(TimeSpan.FromSeconds(0.2));
        Assert.Equal(Second, call.Last("INVITE").To.Remote);
        Assert.Equal(0, Sent(call, "CANCEL"));
    }

    [Fact]
    public void One_that_rings_is_not_silent()
    {
        CallDriver call = OfTwo(180);
        call.FromCallee(Response(call.Last("INVITE"), 180));
        call.Elapse(TimeSpan.FromSeconds(20));
        Assert.NotEqual(Second, call.Last("INVITE").To.Remote);
        Assert.Equal(0, Sent(call, "CANCEL"));
    }

    // RFC 5359 section 2.9: it rings, nobody answers: CANCEL, and the next.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_that_rings_too_long_is_cancelled_and_the_next_is_tried(bool crash)
    {
        CallDriver call = OfTwo(20);
        Sent first = call.Last("INVITE");
        call.FromCallee(Response(first, 100));
        call.FromCallee(Response(first, 180));
        if (crash)
        {
            call.CrashAndRecover();
        }

        call.Elapse(TimeSpan.FromSeconds(19));
        Assert.Equal(0, Sent(call, "CANCEL"));

        // From the first provisional response, not from the last.
        call.FromCallee(Response(first, 180));
        call.Elapse(TimeSpan.FromSeconds(1.5));
        Assert.Equal(1, Sent(call, "CANCEL"));
        Sent second = call.Last("INVITE");
        Assert.Equal(Second, second.To.Remote);
        call.FromCallee(Response(first, 487));
        call.FromCallee(Response(second, 180), Second);
        call.FromCallee(Response(second, 200, sdp: CalleeSdp), Second);
        Assert.Equal(CallPhase.Established, call.State.Phase);
        Assert.Equal(1, Sent(call, "CANCEL"));
    }

    [Fact]
    public void The_last_one_that_rings_too_long_is_cancelled_and_the_caller_is_told()
    {
        CallDriver call = Called(20);
        call.FromCallee(Response(call.Last("INVITE"), 180));
        call.Elapse(TimeSpan.FromSeconds(21));
        Assert.Equal(1, Sent(call, "CANCEL"));
        call.FromCallee(Response(call.Last("INVITE"), 487));
        Assert.Equal(1, Sent(call, "SIP/2.0 408"));
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void Without_a_limit_of_its_own_it_rings_as_long_as_the_call_may()
    {
        CallDriver call = Called(180);
        call.FromCallee(Response(call.Last("INVITE"), 180));
        call.Elapse(TimeSpan.FromSeconds(179));
        Assert.Equal(0, Sent(call, "CANCEL"));
        call.Elapse(TimeSpan.FromSeconds(2));
        Assert.Equal(1, Sent(call, "SIP/2.0 480"));
    }
}
