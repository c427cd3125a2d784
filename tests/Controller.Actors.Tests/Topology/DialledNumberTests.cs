using Controller.Actors.Tests.Calls;

namespace Controller.Actors.Tests.Topology;

/// <summary>What the other side has said itself is no secret to it.</summary>
public class DialledNumberTests
{
    [Fact]
    public void The_number_that_the_caller_has_dialled_crosses_in_an_answer_that_nothing_came_before()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        string sdp = Messages.CalleeSdp + "a=x-mark:+15551234-offer-1\r\na=x-host:198.51.100.20\r\n";
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: sdp));

        // RFC 5853 section 3.1: topology is hidden from who must not know it; the number is what the caller itself has said, and the host is not.
        Assert.Contains("a=x-mark:+15551234-offer-1", call.Last("SIP/2.0 200").Text, StringComparison.Ordinal);
        Assert.DoesNotContain("a=x-host", call.Last("SIP/2.0 200").Text, StringComparison.Ordinal);
    }
}
