using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
using Controller.Actors.Registrations;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Calls;

/// <summary>RFC 3326: why a request comes. What a party says goes to the other one; what we do of our own accord we explain.</summary>
public class ReasonTests
{
    private const string Busy = "Reason: Q.850;cause=16;text=\"Terminated\"\r\n";

    private static string Extra(string request, string headers, string body = "") =>
        request.Replace("Content-Length: 0\r\n\r\n", $"{headers}Content-Length: {body.Length}\r\n\r\n{body}", StringComparison.Ordinal);

    private static CallDriver Established(out Sent invite, out string tag)
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        tag = call.Last("SIP/2.0 200", CallDriver.Caller).Header("To").Split(";tag=")[1];
        call.FromCaller(Messages.FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        return call;
    }

    private static Flow PhoneFlow(int number) => new(SipTransport.Udp, 0, new System.Net.IPEndPoint(System.Net.IPAddress.Parse("198.51.100.20"), 6000 + number));

    private static CallDriver TwoPhones()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite("sip:bob@example.test"));
        call.Give(new CallInput.BindingsFound(call.State.Lookups, [.. Enumerable.Range(1, 2).Select(number =>
            new Binding($"sip:bob@198.51.100.20:{6000 + number}", "", PhoneFlow(number), new(long.MaxValue), null, null, 1000, "r", 1))]));
        call.FromCallee(Messages.Response(call.Invite(1), 180, toTag: "p1"), PhoneFlow(1).Remote);
        return call;
    }

    [Fact]
    public void The_body_and_the_end_to_end_headers_of_a_BYE_reach_the_other_side()
    {
        CallDriver call = Established(out _, out string tag);
        call.FromCaller(Extra(
            Messages.FromCaller("BYE", tag, 2, "z9hG4bKbye"),
            Busy + "User-to-User: 56a390f3d2b7310023a2;encoding=hex\r\nContent-Type: text/plain\r\n", "bye, bye"));

        // RFC 3326 section 2: "The Reason header field MAY appear in any request within a dialog, in any CANCEL request"; RFC 7433 section 3: UUI in a BYE.
        Sent bye = call.Last("BYE");
        Assert.Equal("Q.850;cause=16;text=\"Terminated\"", bye.Header("Reason"));
        Assert.Equal("56a390f3d2b7310023a2;encoding=hex", bye.Header("User-to-User"));
        Assert.Equal("text/plain", bye.Header("Content-Type"));
        Assert.EndsWith("\r\n\r\nbye, bye", bye.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_BYE_that_has_to_wait_says_the_same_after_a_crash()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        Sent invite = call.Last("INVITE");
        call.FromCallee(Messages.Response(invite, 200, sdp: Messages.CalleeSdp));
        string tag = call.Last("SIP/2.0 200", CallDriver.Caller).Header("To").Split(";tag=")[1];
        call.FromCallee(Extra(Messages.FromCallee("BYE", invite, 1, "z9hG4bKb1"), Busy));

        // RFC 3261 section 15: no BYE to the caller "until it has received an ACK for its 2xx response".
        Assert.Equal(0, call.CountSent("BYE"));
        call.CrashAndRecover();
        call.FromCaller(Messages.FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        Assert.Equal("Q.850;cause=16;text=\"Terminated\"", call.Last("BYE").Header("Reason"));
    }

    [Fact]
    public void A_callee_that_loses_a_fork_is_told_that_the_call_was_completed_elsewhere()
    {
        CallDriver call = TwoPhones();
        call.FromCallee(Messages.Response(call.Invite(2), 200, toTag: "p2", sdp: Messages.CalleeSdp), PhoneFlow(2).Remote);

        // RFC 3326 section 3.1: "Reason: SIP ;cause=200 ;text="Call completed elsewhere"".
        Sent cancel = call.Last("CANCEL");
        Assert.Equal("SIP;cause=200;text=\"Call completed elsewhere\"", cancel.Header("Reason"));
        call.FromCallee(Messages.Response(call.Invite(1), 200, toTag: "p1", sdp: Messages.CalleeSdp), PhoneFlow(1).Remote);
        Assert.Equal("SIP;cause=200;text=\"Call completed elsewhere\"", call.Last("BYE").Header("Reason"));
    }

    [Fact]
    public void A_6xx_of_one_callee_is_the_reason_for_the_others()
    {
        CallDriver call = TwoPhones();
        call.FromCallee(Messages.Response(call.Invite(2), 600, toTag: "p2"), PhoneFlow(2).Remote);

        // RFC 3326 section 3.2: "Reason: SIP ;cause=600 ;text="Busy Everywhere"".
        Assert.Equal("SIP;cause=600;text=\"Busy Everywhere\"", call.Last("CANCEL").Header("Reason"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_reason_of_a_CANCEL_is_relayed_though_it_has_to_wait_for_a_provisional_response(bool crash)
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCaller(Extra(Messages.FromCaller("CANCEL", "", 1, "z9hG4bKinv1"), "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\n"));
        if (crash)
        {
            call.CrashAndRecover();
        }

        call.FromCallee(Messages.Response(call.Last("INVITE"), 100));
        Assert.Equal("SIP;cause=200;text=\"Call completed elsewhere\"", call.Last("CANCEL").Header("Reason"));
    }

    [Fact]
    public void What_we_end_ourselves_we_explain_to_both()
    {
        CallDriver call = Established(out _, out _);
        call.Give(CallInput.HangUp.Instance);
        Assert.Equal("Q.850;cause=16;text=\"Hung up by the operator\"", call.Last("BYE", CallDriver.Caller).Header("Reason"));
        Assert.Equal("Q.850;cause=16;text=\"Hung up by the operator\"", call.Last("BYE", CallDriver.Callee).Header("Reason"));
    }

    [Fact]
    public void An_ACK_that_never_came_is_the_reason_of_both_BYEs()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 200, sdp: Messages.CalleeSdp));
        call.Elapse(TimeSpan.FromSeconds(33));
        Assert.Equal(CallPhase.Ended, call.State.Phase);
        Assert.Equal("SIP;cause=408;text=\"No ACK\"", call.Last("BYE", CallDriver.Caller).Header("Reason"));
        Assert.Equal("SIP;cause=408;text=\"No ACK\"", call.Last("BYE", CallDriver.Callee).Header("Reason"));
    }

    [Fact]
    public void The_RetryAfter_of_a_callee_is_relayed()
    {
        var call = new CallDriver();
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 486, extra: "Retry-After: 60;duration=3600\r\n"));

        // RFC 3261 section 20.33: Retry-After in "404, 413, 480, 486, 500, 503, 600 and 603" responses.
        Assert.Equal("60;duration=3600", call.Last("SIP/2.0 486").Header("Retry-After"));
    }
}
