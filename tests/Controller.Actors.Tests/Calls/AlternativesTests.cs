using System.Net;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Calls;

/// <summary>RFC 3263 section 4.3: where one name leads to several targets.</summary>
public class AlternativesTests
{
    private static IPEndPoint At(int host) => new(IPAddress.Parse($"198.51.100.{host}"), 5080);

    private static Flow To(int host) => new(SipTransport.Udp, 1, At(host));

    private static CallDriver Calling(params string[] endpoints)
    {
        var call = new CallDriver(CallDriver.OneTrunk(endpoints.Length > 0 ? endpoints : ["sip:carrier.example"]));
        call.FromCaller(Messages.Invite());
        CallEffect.Resolve asked = Assert.Single(call.LastEffects.OfType<CallEffect.Resolve>());
        call.Give(new CallInput.Resolved(asked.Lookup, [To(21), To(22), To(23)]));
        return call;
    }

    private static CallEffect.PassOver? PassedOver(CallDriver call) => call.LastEffects.OfType<CallEffect.PassOver>().SingleOrDefault();

    [Theory]
    [InlineData("sip:carrier.example", true)]
    [InlineData("sip:carrier.example:5060", false)]
    [InlineData("sip:carrier.example;transport=udp", false)]
    public void A_name_without_port_and_transport_leaves_the_transport_to_the_name_server(string uri, bool any)
    {
        var call = new CallDriver(CallDriver.OneTrunk(uri));
        call.FromCaller(Messages.Invite());
        Assert.Equal(any, Assert.Single(call.LastEffects.OfType<CallEffect.Resolve>()).AnyTransport);

        // Asked again after a crash it is the same question.
        call.CrashAndRecover();
        Assert.Equal(any, Assert.Single(call.LastEffects.OfType<CallEffect.Resolve>()).AnyTransport);
    }

    [Fact]
    public void A_503_leads_to_the_next_of_them_and_with_Retry_After_the_first_is_passed_over()
    {
        CallDriver call = Calling();
        call.FromCallee(Messages.Response(call.Last("INVITE"), 503, extra: "Retry-After: 18 (soon);duration=9\r\n"), At(21));
        Assert.Equal(new CallEffect.PassOver(To(21), TimeSpan.FromSeconds(18)), PassedOver(call));
        Assert.Single(call.To(At(22), "INVITE"));

        // RFC 3263 section 4.3: the next request has "a new value of the branch".
        Assert.NotEqual(call.First("INVITE").Header("Via"), call.Last("INVITE").Header("Via"));
        Assert.StartsWith("INVITE sip:+15551234@carrier.example SIP/2.0", call.Last("INVITE").Text, StringComparison.Ordinal);

        call.FromCallee(Messages.Response(call.Last("INVITE"), 503), At(22));
        Assert.Null(PassedOver(call));
        Assert.Single(call.To(At(23), "INVITE"));
        call.FromCallee(Messages.Response(call.Last("INVITE"), 503), At(23));
        Assert.Equal(0, call.CountSent("SIP/2.0 480"));
        Assert.Equal(1, call.CountSent("SIP/2.0 503"));
    }

    [Fact]
    public void A_target_that_is_not_reached_is_passed_over_and_followed_by_the_next()
    {
        CallDriver call = Calling();
        call.Give(new CallInput.TransportFailed(Branch(call.Last("INVITE")), "refused"));
        Assert.Equal(new CallEffect.PassOver(To(21), null), PassedOver(call));
        Assert.Single(call.To(At(22), "INVITE"));
    }

    [Fact]
    public void So_is_one_that_is_silent_but_not_one_that_has_said_something()
    {
        CallDriver call = Calling();
        call.Elapse(TimeSpan.FromSeconds(4.2));
        Assert.Contains(new CallEffect.PassOver(To(21), null), call.LastEffects);
        Sent second = call.Last("INVITE", At(22));
        call.FromCallee(Messages.Response(second, 100), At(22));
        call.LastEffects.Clear();
        call.Elapse(TimeSpan.FromSeconds(4.2));
        Assert.Empty(call.LastEffects.OfType<CallEffect.PassOver>());
        Assert.Single(call.To(At(23), "INVITE"));
    }

    [Theory]
    [InlineData(486)]
    [InlineData(404)]
    [InlineData(603)]
    public void Who_refuses_has_been_reached_and_the_others_are_not_asked(int status)
    {
        CallDriver call = Calling();
        call.FromCallee(Messages.Response(call.Last("INVITE"), status), At(21));
        Assert.Equal(1, call.CountSent("INVITE"));
        Assert.Equal(1, call.CountSent($"SIP/2.0 {status}"));
    }

    [Fact]
    public void After_the_last_of_them_comes_the_next_endpoint()
    {
        CallDriver call = Calling("sip:carrier.example", "sip:198.51.100.30:5080");
        for (int host = 21; host <= 23; host++)
        {
            call.FromCallee(Messages.Response(call.Last("INVITE", At(host)), 503), At(host));
        }

        Assert.Single(call.To(At(30), "INVITE"));
    }

    [Fact]
    public void A_crash_between_them_goes_on_where_it_was()
    {
        CallDriver call = Calling();
        call.CrashAndRecover();
        call.FromCallee(Messages.Response(call.First("INVITE"), 503), At(21));
        Assert.Single(call.To(At(22), "INVITE"));
        Assert.Empty(call.LastEffects.OfType<CallEffect.Resolve>());
    }

    [Fact]
    public void Of_a_redirection_each_contact_is_asked_once_however_many_targets_its_name_has()
    {
        ControllerSettings settings = CallDriver.OneTrunk("sip:198.51.100.20:5080");
        settings = settings with { Trunks = settings.Trunks.SetItem("uas", settings.Trunks["uas"] with { Redirect = RedirectPolicy.Follow }) };
        var call = new CallDriver(settings);
        call.FromCaller(Messages.Invite());
        call.FromCallee(Messages.Response(call.Last("INVITE"), 302, extra: "Contact: <sip:one@one.example>;q=0.9, <sip:two@198.51.100.40:5080>;q=0.1\r\n"));
        CallEffect.Resolve asked = Assert.Single(call.LastEffects.OfType<CallEffect.Resolve>());
        call.Give(new CallInput.Resolved(asked.Lookup, [To(21), To(22)]));
        call.FromCallee(Messages.Response(call.Last("INVITE", At(21)), 486), At(21));

        // RFC 3261 section 8.1.3.4: then the next Contact; the other machine of the first would ask the same person again.
        Assert.Empty(call.To(At(22), "INVITE"));
        Assert.Single(call.To(At(40), "INVITE"));
    }

    private static string Branch(Sent sent) => sent.Header("Via").Split("branch=")[1].Split(';')[0];
}
