using System.Net;
using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Sip.Transport;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Calls;

/// <summary>A 3xx of a callee, by the policy of its trunk.</summary>
public class RedirectionTests
{
    private const string TwoContacts = "Contact: <sip:low@198.51.100.21:5080>;q=0.1, <sip:high@198.51.100.22:5080?Replaces=x>;q=0.9\r\n";

    private static CallDriver Redirected(RedirectPolicy policy, string contacts = TwoContacts, int status = 302, params string[] endpoints)
    {
        ControllerSettings settings = CallDriver.OneTrunk(endpoints);
        var call = new CallDriver(settings with { Trunks = settings.Trunks.SetItem("uas", settings.Trunks["uas"] with { Redirect = policy }) });
        call.FromCaller(Invite());
        call.FromCallee(Response(call.Last("INVITE"), status, extra: contacts));
        return call;
    }

    private static IPEndPoint At(int host) => new(IPAddress.Parse($"198.51.100.{host}"), 5080);

    [Fact]
    public void Mapped_it_is_a_failure_that_names_nobody()
    {
        CallDriver call = Redirected(RedirectPolicy.Map);
        Sent refused = call.Last("SIP/2.0 480");
        Assert.False(refused.Has("Contact"));
        Assert.Equal(1, call.CountSent("INVITE"));
        Assert.Contains("\"result\":\"rejected\"", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
    }

    [Fact]
    public void Passed_on_it_leads_the_caller_to_us()
    {
        CallDriver call = Redirected(RedirectPolicy.Pass);
        Sent refused = call.Last("SIP/2.0 302");

        // RFC 3261 section 8.3: "The Contact header field … [of] a redirect server … new, alternative locations"; with the host that hides the other side.
        Assert.Contains("Contact: <sip:high@203.0.113.1:5060>;q=0.900\r\nContact: <sip:low@203.0.113.1:5060>;q=0.100\r\n", refused.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("198.51.100", refused.Text, StringComparison.Ordinal);
        Assert.Contains("\"status\":302", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
    }

    [Fact]
    public void Passed_on_without_a_user_it_would_lead_nowhere_and_is_mapped()
    {
        CallDriver call = Redirected(RedirectPolicy.Pass, "Contact: <sip:198.51.100.21>\r\n");
        Assert.Equal(1, call.CountSent("SIP/2.0 480"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Followed_the_contacts_are_tried_by_q_each_as_an_attempt(bool crash)
    {
        CallDriver call = Redirected(RedirectPolicy.Follow);
        if (crash)
        {
            call.CrashAndRecover();
        }

        // RFC 3261 section 16.6: "ordering … by q value"; 19.1.5: what is behind the '?' is not honoured.
        Sent first = call.Last("INVITE");
        Assert.Equal(At(22), first.To.Remote);
        Assert.Equal("INVITE sip:high@198.51.100.22:5080 SIP/2.0", first.StartLine);
        Assert.False(first.Has("Replaces"));

        // 8.1.3.4: "it is RECOMMENDED that the UAC reuse the same To".
        Assert.Equal(call.First("INVITE").Header("To"), first.Header("To"));

        // 8.1.3.4: "If a request to one of the URIs fails, the client … SHOULD try the next": 486 is not among the trunk's retry-on.
        call.FromCallee(Response(first, 486), At(22));
        Sent second = call.Last("INVITE");
        Assert.Equal("INVITE sip:low@198.51.100.21:5080 SIP/2.0", second.StartLine);
        call.FromCallee(Response(second, 200, sdp: CalleeSdp), At(21));
        call.FromCaller(FromCaller("ACK", call.Last("SIP/2.0 200").ToTag, 1, "z9hG4bKack1"));
        call.FromCaller(FromCaller("BYE", call.Last("SIP/2.0 200").ToTag, 2, "z9hG4bKbye"));
        string record = Assert.Single(call.ChargingRecords);
        Assert.Contains("\"target\":\"sip:high@198.51.100.22:5080\",\"trunk\":\"uas\"", record, StringComparison.Ordinal);
        Assert.Contains("\"target\":\"sip:low@198.51.100.21:5080\",\"trunk\":\"uas\"", record, StringComparison.Ordinal);
    }

    [Fact]
    public void A_name_is_looked_up()
    {
        CallDriver call = Redirected(RedirectPolicy.Follow, "Contact: sip:x@carrier.example:5070\r\n");
        CallEffect.Resolve asked = Assert.Single(call.LastEffects.OfType<CallEffect.Resolve>());
        Assert.Equal(("carrier.example", 5070, 1), (asked.Host, asked.Port, asked.Listener));
        call.CrashAndRecover();
        Assert.Single(call.LastEffects.OfType<CallEffect.Resolve>());
        call.Give(new CallInput.Resolved(call.State.Lookups, [new Flow(SipTransport.Udp, 1, At(30))]));
        Assert.Equal("INVITE sip:x@carrier.example:5070 SIP/2.0", call.Last("INVITE").StartLine);
    }

    [Fact]
    public void No_target_is_tried_twice()
    {
        CallDriver call = Redirected(RedirectPolicy.Follow, "Contact: <sip:x@198.51.100.21:5080>\r\n");

        // 16.5: "Any given URI MUST NOT be added to the target set more than once" — neither where it came from nor itself, however it is written.
        call.FromCallee(Response(call.Last("INVITE"), 302, extra: "Contact: <sip:+15551234@198.51.100.20:5080>, <sip:x@198.51.100.21:5080>\r\n"), At(21));
        Assert.Equal(2, call.CountSent("INVITE"));
        Assert.Equal(1, call.CountSent("SIP/2.0 480"));
    }

    [Fact]
    public void Five_redirections_are_enough()
    {
        CallDriver call = Redirected(RedirectPolicy.Follow, "Contact: <sip:1@198.51.100.21:5080>\r\n");
        for (int i = 2; i < 20 && call.State.Phase != CallPhase.Ended; i++)
        {
            call.FromCallee(Response(call.Last("INVITE"), 302, extra: $"Contact: <sip:{i}@198.51.100.21:5080>\r\n"), At(21));
        }

        Assert.Equal(6, call.CountSent("INVITE"));
        Assert.Equal(1, call.CountSent("SIP/2.0 480"));
    }

    [Theory]
    [InlineData("Contact: <sip:x@203.0.113.2:5060>\r\n", 302)]
    [InlineData("Contact: <tel:+1555>\r\n", 302)]
    [InlineData("Contact: <sip:x@198.51.100.21;transport=tcp>\r\n", 302)]
    [InlineData("", 302)]
    [InlineData(TwoContacts, 305)]
    [InlineData(TwoContacts, 380)]
    public void What_cannot_be_followed_is_mapped(string contacts, int status)
    {
        CallDriver call = Redirected(RedirectPolicy.Follow, contacts, status);
        Assert.Equal(1, call.CountSent("INVITE"));
        Assert.Equal(1, call.CountSent("SIP/2.0 480"));
    }

    [Fact]
    public void A_6xx_ends_the_search()
    {
        CallDriver call = Redirected(RedirectPolicy.Follow);
        call.FromCallee(Response(call.Last("INVITE"), 603), At(22));
        Assert.Equal(2, call.CountSent("INVITE"));
        Assert.Equal(1, call.CountSent("SIP/2.0 603"));
    }

    [Fact]
    public void A_phone_cannot_redirect()
    {
        ControllerSettings settings = CallDriver.OneTrunk();
        var call = new CallDriver(settings with { Trunks = settings.Trunks.SetItem("uas", settings.Trunks["uas"] with { Redirect = RedirectPolicy.Follow }) });
        call.FromCaller(Invite("sip:bob@example.test"));
        var flow = new Flow(SipTransport.Udp, 0, new IPEndPoint(IPAddress.Parse("198.51.100.20"), 6001));
        call.Give(new CallInput.BindingsFound(call.State.Lookups, [new Binding("sip:bob@198.51.100.20:6001", "", flow, new(long.MaxValue), null, null, 1000, "r", 1)]));
        call.FromCallee(Response(call.Last("INVITE"), 302, extra: TwoContacts), flow.Remote);
        Assert.Equal(1, call.CountSent("INVITE"));
        Assert.Equal(1, call.CountSent("SIP/2.0 480"));
    }
}
