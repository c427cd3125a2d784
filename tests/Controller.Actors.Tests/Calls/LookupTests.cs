using System.Net;
using Controller.Actors.Calls;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Calls;

public class LookupTests
{
    [Fact]
    public void A_second_answer_is_not_taken_for_that_of_the_next_target()
    {
        var call = new CallDriver(CallDriver.OneTrunk("sip:one.example:5080", "sip:two.example:5080"));
        call.FromCaller(Messages.Invite());
        CallEffect.Resolve asked = Assert.Single(call.LastEffects.OfType<CallEffect.Resolve>());
        var answer = new CallInput.Resolved(asked.Lookup, [new Flow(SipTransport.Udp, 1, new IPEndPoint(IPAddress.Parse("198.51.100.21"), 5080))]);
        call.Give(answer);
        Assert.StartsWith("INVITE sip:+15551234@one.example", call.Last("INVITE").Text, StringComparison.Ordinal);

        // The node that asked first has handed the call over, and its answer follows it.
        call.Give(answer);
        Assert.Equal(1, call.CountSent("INVITE"));

        // What was silent for long enough is followed by the next, which is looked up for itself.
        call.Elapse(TimeSpan.FromSeconds(4.2));
        Assert.Equal("two.example", Assert.Single(call.LastEffects.OfType<CallEffect.Resolve>()).Host);
    }
}
