using System.Net;
using Controller.Actors.Calls;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Exchanges;
using Controller.Sip.Transport;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Calls;

/// <summary>RFC 3261 section 18.1.1: what is too long for a datagram goes by TCP.</summary>
public class LongRequestTests
{
    private static readonly string Long = $"X-Long: {new string('a', 1300)}\r\n";

    /// <summary>The realm "core" has listeners for UDP (1) and TCP (2).</summary>
    private static ControllerSettings BothWays(params string[] endpoints)
    {
        ControllerSettings settings = CallDriver.OneTrunk(endpoints);
        return settings with { Listeners = settings.Listeners.Add(new ListenerSettings("core", SipTransport.Tcp, new IPEndPoint(IPAddress.Parse("203.0.113.2"), 5070), "203.0.113.2", 5070)) };
    }

    private static ControllerSettings With(ControllerSettings settings, Func<TrunkSettings, TrunkSettings> change) =>
        settings with { Trunks = settings.Trunks.SetItem("uas", change(settings.Trunks["uas"])) };

    private static CallDriver Call(ControllerSettings settings)
    {
        var call = new CallDriver(settings);
        call.FromCaller(Invite(extra: Long));
        return call;
    }

    private static string Branch(Sent request) => request.Header("Via").Split("branch=")[1].Split(';')[0];

    private static void AssertTcp(Sent request)
    {
        Assert.Equal((SipTransport.Tcp, 2, CallDriver.Callee), (request.To.Transport, request.To.Listener, request.To.Remote));

        // "If this causes a change in the transport protocol from the one indicated in the top Via, the value in the top Via MUST be changed."
        Assert.StartsWith("SIP/2.0/TCP 203.0.113.2:5070;branch=", request.Header("Via"), StringComparison.Ordinal);
        Assert.EndsWith("@203.0.113.2:5070;transport=tcp>", request.Header("Contact"), StringComparison.Ordinal);
    }

    private static void AssertUdp(Sent request)
    {
        Assert.Equal((SipTransport.Udp, 1), (request.To.Transport, request.To.Listener));
        Assert.StartsWith("SIP/2.0/UDP 203.0.113.2:5060;branch=", request.Header("Via"), StringComparison.Ordinal);
        Assert.DoesNotContain("transport=tcp", request.Header("Contact"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_INVITE_goes_by_TCP_and_so_does_its_dialog_also_after_a_crash()
    {
        CallDriver call = Call(BothWays());
        Sent invite = Assert.Single(call.To(CallDriver.Callee, "INVITE"));
        AssertTcp(invite);
        call.CrashAndRecover();
        Assert.All(call.To(CallDriver.Callee, "INVITE"), sent => Assert.Equal((invite.To, invite.Text), (sent.To, sent.Text)));
        call.Receive(Response(invite, 200, sdp: CalleeSdp), invite.To);
        Assert.Equal(SipTransport.Tcp, call.Last("ACK").To.Transport);
        string tag = call.Last("SIP/2.0 200", CallDriver.Caller).ToTag;
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        call.FromCaller(FromCaller("BYE", tag, 2, "z9hG4bKbye"));
        Assert.StartsWith("SIP/2.0/TCP ", call.Last("BYE").Header("Via"), StringComparison.Ordinal);
        Assert.Equal(SipTransport.Tcp, call.Last("BYE").To.Transport);
    }

    [Fact]
    public void What_fits_into_a_datagram_goes_by_UDP()
    {
        var call = new CallDriver(BothWays());
        call.FromCaller(Invite());
        Sent invite = call.Last("INVITE");
        AssertUdp(invite);

        // The limit is that of what is sent, to the octet.
        foreach (int limit in new[] { invite.Bytes.Length, invite.Bytes.Length - 1 })
        {
            call = new CallDriver(With(BothWays(), trunk => trunk with { MaxUdpLength = limit }));
            call.FromCaller(Invite());
            Assert.Equal(limit < invite.Bytes.Length ? SipTransport.Tcp : SipTransport.Udp, call.Last("INVITE").To.Transport);
        }
    }

    [Fact]
    public void A_URI_that_names_its_transport_is_obeyed_and_a_realm_without_TCP_has_no_choice()
    {
        AssertUdp(Call(BothWays("sip:198.51.100.20:5080;transport=udp")).Last("INVITE"));
        AssertUdp(Call(CallDriver.OneTrunk()).Last("INVITE"));
        AssertUdp(Call(With(BothWays(), trunk => trunk with { MaxUdpLength = 65_507 })).Last("INVITE"));

        // Another family has no listener.
        ControllerSettings settings = BothWays();
        settings = settings with { Listeners = settings.Listeners.SetItem(2, settings.Listeners[2] with { Listen = new IPEndPoint(IPAddress.IPv6Loopback, 5070) }) };
        AssertUdp(Call(settings).Last("INVITE"));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void A_refused_connection_leads_back_to_UDP(bool crash, bool retried)
    {
        // "If the attempt to establish the connection generates either an ICMP Protocol Not Supported, or results in a TCP reset, the element SHOULD retry the
        // request, using UDP": whatever the trunk says of final responses.
        CallDriver call = Call(With(BothWays(), trunk => trunk with { RetryOn = retried ? trunk.RetryOn : [] }));
        if (crash)
        {
            call.CrashAndRecover();
        }

        call.Give(new CallInput.TransportFailed(Branch(call.Last("INVITE")), "connection refused"));
        Sent invite = call.Last("INVITE");
        AssertUdp(invite);
        Assert.Equal(CallDriver.Callee, invite.To.Remote);
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        Assert.Equal(CallPhase.Established, call.State.Phase);
        Assert.Equal(2, call.State.Winner);

        // There is no third way.
        call = Call(BothWays());
        call.Give(new CallInput.TransportFailed(Branch(call.Last("INVITE")), "connection refused"));
        call.Give(new CallInput.TransportFailed(Branch(call.Last("INVITE")), "no route"));
        Assert.Equal(2, call.CountSent("INVITE"));
        Assert.Equal(1, call.CountSent("SIP/2.0 503"));
    }

    [Fact]
    public void A_refusal_by_TCP_is_a_refusal_and_silence_leads_to_UDP()
    {
        CallDriver call = Call(With(BothWays(), trunk => trunk with { RetryOn = [408] }));
        call.Receive(Response(call.Last("INVITE"), 486), call.Last("INVITE").To);
        Assert.Equal(1, call.CountSent("INVITE"));
        Assert.Equal(1, call.CountSent("SIP/2.0 486"));

        call = Call(BothWays());
        call.Elapse(TimeSpan.FromSeconds(4.1));
        AssertUdp(call.Last("INVITE"));
    }

    [Fact]
    public void What_a_name_leads_to_by_TCP_comes_first()
    {
        CallDriver call = Call(BothWays("sip:carrier.example"));
        Flow datagram = new(SipTransport.Udp, 1, CallDriver.Callee), stream = new(SipTransport.Tcp, 2, new IPEndPoint(CallDriver.Callee.Address, 5099));
        call.Give(new CallInput.Resolved(call.State.Lookups, [datagram, stream]));
        Assert.Equal(stream, call.Last("INVITE").To);
        call.Give(new CallInput.TransportFailed(Branch(call.Last("INVITE")), "connection refused"));
        Assert.Equal(datagram, call.Last("INVITE").To);

        call = Call(BothWays("sip:carrier.example"));
        call.Give(new CallInput.Resolved(call.State.Lookups, [datagram]));
        AssertTcp(call.Last("INVITE"));
    }

    [Fact]
    public void A_long_MESSAGE_goes_by_TCP_and_by_UDP_if_that_is_refused()
    {
        // RFC 3428 section 8 says so for MESSAGE by itself.
        var exchange = new ExchangeDriver(BothWays());
        exchange.FromCaller(Outside.Request("MESSAGE", body: new string('a', 1300)));
        Sent message = exchange.Last("MESSAGE");
        Assert.Equal((SipTransport.Tcp, CallDriver.Callee), (message.To.Transport, message.To.Remote));
        Assert.StartsWith("SIP/2.0/TCP ", message.Header("Via"), StringComparison.Ordinal);
        exchange.Give(new CallInput.TransportFailed(Branch(message), "connection refused"));
        Assert.Equal(SipTransport.Udp, exchange.Last("MESSAGE").To.Transport);
        Assert.StartsWith("SIP/2.0/UDP ", exchange.Last("MESSAGE").Header("Via"), StringComparison.Ordinal);
    }
}
