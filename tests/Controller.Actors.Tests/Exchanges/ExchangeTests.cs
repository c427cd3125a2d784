using System.Collections.Immutable;
using System.Net;
using Controller.Actors.Calls;
using Controller.Actors.Exchanges;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Exchanges;

public class ExchangeTests
{
    [Theory]
    [InlineData("MESSAGE", SipTransport.Udp)]
    [InlineData("MESSAGE", SipTransport.Tcp)]
    [InlineData("OPTIONS", SipTransport.Udp)]
    [InlineData("PUBLISH", SipTransport.Udp)]
    [InlineData("NOTIFY", SipTransport.Udp)]
    [InlineData("DANCE", SipTransport.Tcp)]
    public void A_request_and_its_answer_cross_and_nothing_of_one_side_with_them(string method, SipTransport transport)
    {
        var exchange = new ExchangeDriver(transport: transport);
        exchange.FromCaller(Outside.Request(method, extra: "Event: presence\r\nSIP-If-Match: etag-1\r\nUser-Agent: secret\r\nX-Own: yes\r\n", body: "hello", transport: transport == SipTransport.Tcp ? "TCP" : "UDP"));
        Sent request = exchange.Last(method + " ");
        Assert.Equal(CallDriver.Callee, request.To.Remote);
        Assert.Equal($"{method} sip:+15551234@198.51.100.20:5080{(transport == SipTransport.Tcp ? ";transport=tcp" : "")} SIP/2.0", request.StartLine);
        Assert.Equal($"1 {method}", request.Header("CSeq"));
        Assert.Equal("69", request.Header("Max-Forwards"));
        Assert.Equal("etag-1", request.Header("SIP-If-Match"));
        Assert.Equal("yes", request.Header("X-Own"));
        Assert.Equal("", request.Header("User-Agent"));
        Assert.EndsWith("\r\n\r\nhello", request.Text);

        // RFC 3428 section 4: "User Agents MUST NOT insert Contact header fields into MESSAGE requests."
        Assert.Equal(method == "MESSAGE", request.Header("Contact").Length == 0);

        exchange.FromCallee(Outside.Response(request, 200, extra: "SIP-ETag: etag-2\r\nExpires: 60\r\nServer: secret\r\nContact: <sip:bob@198.51.100.20>\r\n", body: "thanks"));
        Sent answer = exchange.Last("SIP/2.0 200 Whatever");
        Assert.Equal(CallDriver.Caller, answer.To.Remote);
        Assert.Equal("a-call@192.0.2.10", answer.Header("Call-ID"));
        Assert.Equal("etag-2", answer.Header("SIP-ETag"));
        Assert.Equal("60", answer.Header("Expires"));
        Assert.Equal("", answer.Header("Server"));
        Assert.EndsWith("\r\n\r\nthanks", answer.Text);
        Outside.AssertNothingLeaks(exchange.Wire);

        // Timers J and K: 64*T1 on an unreliable transport, nothing on a reliable one. And nothing was stored.
        Assert.Equal(transport == SipTransport.Tcp, exchange.Stopped);
        exchange.Elapse(TimeSpan.FromSeconds(33));
        Assert.True(exchange.Stopped);
        Assert.Null(exchange.Row);
        Assert.Equal(2, exchange.Wire.Count);
    }

    [Fact]
    public void A_repetition_gets_the_same_answer_and_leads_to_no_second_request()
    {
        // 17.2.2: "Once in the "Trying" state, any further request retransmissions are discarded"; in "Completed" the final response is sent again.
        var exchange = new ExchangeDriver();
        string message = Outside.Request("MESSAGE", body: "hi");
        exchange.FromCaller(message);
        exchange.FromCaller(message);
        Assert.Single(exchange.Wire);
        exchange.FromCallee(Outside.Response(exchange.Last("MESSAGE"), 202));
        byte[] first = exchange.Last("SIP/2.0 202").Bytes;
        exchange.FromCallee(Outside.Response(exchange.Last("MESSAGE"), 202));
        Assert.Equal(2, exchange.Wire.Count);
        exchange.FromCaller(message);
        Assert.Equal(3, exchange.Wire.Count);
        Assert.Equal(first, exchange.Wire[2].Bytes);
    }

    [Fact]
    public void After_a_crash_the_repetition_becomes_the_same_bytes_again()
    {
        var exchange = new ExchangeDriver();
        string message = Outside.Request("MESSAGE", body: "hi");
        exchange.FromCaller(message);
        exchange.CrashAndRecover();
        exchange.FromCaller(message);
        Assert.Equal(2, exchange.Wire.Count);
        Assert.Equal(exchange.Wire[0].Bytes, exchange.Wire[1].Bytes);
    }

    [Fact]
    public void Another_request_of_the_same_Call_ID_is_another_and_the_same_by_another_path_is_482()
    {
        var exchange = new ExchangeDriver();
        exchange.FromCaller(Outside.Request("MESSAGE", cseq: 1, branch: "z9hG4bK-m1"));
        exchange.FromCaller(Outside.Request("MESSAGE", cseq: 2, branch: "z9hG4bK-m2"));
        Assert.Equal(2, exchange.CountSent("MESSAGE"));
        Assert.NotEqual(exchange.Wire[0].Header("Call-ID"), exchange.Wire[1].Header("Call-ID"));

        // 8.2.2.2: "the UAS core SHOULD generate a 482 (Loop Detected) response".
        exchange.FromCaller(Outside.Request("MESSAGE", cseq: 2, branch: "z9hG4bK-m3"));
        Assert.Equal(1, exchange.CountSent("SIP/2.0 482"));
        exchange.FromCallee(Outside.Response(exchange.Wire[0], 200));
        Assert.Equal("1 MESSAGE", exchange.Last("SIP/2.0 200").Header("CSeq"));
    }

    [Fact]
    public void The_first_2xx_of_several_phones_is_the_answer()
    {
        ExchangeDriver exchange = Forked(out Sent[] forks);

        // 16.7 step 5: a 2xx "MUST be immediately forwarded"; what comes after it is for nobody.
        exchange.FromCallee(Outside.Response(forks[0], 486));
        Assert.Equal(3, exchange.Wire.Count);
        exchange.FromCallee(Outside.Response(forks[1], 200));
        exchange.FromCallee(Outside.Response(forks[2], 200));
        Assert.Equal(4, exchange.Wire.Count);
        Assert.Equal(1, exchange.CountSent("SIP/2.0 200"));
        exchange.Elapse(TimeSpan.FromSeconds(33));
        Assert.True(exchange.Stopped);
    }

    [Theory]
    [InlineData(486, 404, 500, 486)]
    [InlineData(500, 404, 603, 603)]
    [InlineData(503, 500, 415, 415)]
    public void The_best_refusal_is_told_when_all_have_refused(int first, int second, int third, int told)
    {
        // 16.7 step 6: a 6xx if there is one, else "from the lowest response class".
        ExchangeDriver exchange = Forked(out Sent[] forks);
        exchange.FromCallee(Outside.Response(forks[0], first));
        exchange.FromCallee(Outside.Response(forks[1], second));
        Assert.Equal(3, exchange.Wire.Count);
        exchange.FromCallee(Outside.Response(forks[2], third));
        Assert.Equal(4, exchange.Wire.Count);
        Assert.StartsWith($"SIP/2.0 {told} ", exchange.Wire[3].Text);
    }

    [Fact]
    public void Who_is_not_registered_is_480()
    {
        var exchange = new ExchangeDriver();
        exchange.FromCaller(Outside.Request("MESSAGE", "sip:bob@example.test"));
        int lookup = Assert.IsType<CallEffect.LookUpBindings>(Assert.Single(exchange.Asked)).Lookup;
        exchange.Give(new CallInput.BindingsFound(lookup + 1, [Outside.Phone(1)]));
        Assert.Empty(exchange.Wire);
        exchange.Give(new CallInput.BindingsFound(lookup, []));

        // The next route, which takes everybody, is the trunk's.
        Assert.Single(exchange.Wire, sent => sent.To.Remote.Equals(CallDriver.Callee));
        var alone = new ExchangeDriver(CallDriver.OneTrunk() with { Routes = [CallDriver.OneTrunk().Routes[0]] });
        alone.FromCaller(Outside.Request("MESSAGE", "sip:bob@example.test"));
        alone.Give(new CallInput.BindingsFound(1, []));
        Assert.Equal(1, alone.CountSent("SIP/2.0 480"));
        alone.Elapse(TimeSpan.FromSeconds(33));
        Assert.True(alone.Stopped);
    }

    [Fact]
    public void Nobody_whom_a_route_knows_is_404()
    {
        var exchange = new ExchangeDriver(CallDriver.OneTrunk() with { Routes = [] });
        exchange.FromCaller(Outside.Request("MESSAGE"));
        Assert.StartsWith("SIP/2.0 404", Assert.Single(exchange.Wire).Text);
    }

    [Fact]
    public void The_next_endpoint_of_a_trunk_is_tried_after_503_after_silence_and_when_a_connection_fails()
    {
        var exchange = new ExchangeDriver(CallDriver.OneTrunk("sip:198.51.100.20:5080", "sip:198.51.100.20:5081", "sip:198.51.100.20:5082", "sip:198.51.100.20:5083"));
        exchange.FromCaller(Outside.Request("OPTIONS"));
        exchange.FromCallee(Outside.Response(exchange.Last("OPTIONS"), 503));
        Assert.Equal(5081, exchange.Last("OPTIONS").To.Remote.Port);
        exchange.Elapse(TimeSpan.FromSeconds(4));
        Assert.Equal(5082, exchange.Last("OPTIONS").To.Remote.Port);
        exchange.Give(new CallInput.TransportFailed(exchange.Last("OPTIONS").Header("Via").Split("branch=")[1].Split(';')[0], "refused"));
        Assert.Equal(5083, exchange.Last("OPTIONS").To.Remote.Port);

        // Each target has a Call-ID and a tag of its own.
        Assert.Equal(4, exchange.Wire.Where(sent => sent.Text.StartsWith("OPTIONS", StringComparison.Ordinal)).Select(sent => sent.Header("Call-ID") + sent.Header("From")).Distinct().Count());
        exchange.FromCallee(Outside.Response(exchange.Last("OPTIONS"), 486));
        Assert.Equal(0, exchange.CountSent("SIP/2.0 486"));

        // The silent one may still answer, and does.
        exchange.FromCallee(Outside.Response(exchange.Wire.First(sent => sent.To.Remote.Port == 5081), 200, extra: "Allow: INVITE, DANCE\r\nAllow: MESSAGE\r\n"));
        Assert.Equal(1, exchange.CountSent("SIP/2.0 200"));

        // 11.2: what it can, as far as it works through us.
        Assert.Equal("INVITE, MESSAGE", exchange.Last("SIP/2.0 200").Header("Allow"));
    }

    [Fact]
    public void A_name_is_looked_up_and_one_that_leads_nowhere_is_503()
    {
        var exchange = new ExchangeDriver(CallDriver.OneTrunk("sip:nowhere.test", "sip:here.test:5090"));
        exchange.FromCaller(Outside.Request("MESSAGE"));
        exchange.Give(new CallInput.Resolved(Assert.IsType<CallEffect.Resolve>(Assert.Single(exchange.Asked)).Lookup, []));
        CallEffect.Resolve second = Assert.IsType<CallEffect.Resolve>(Assert.Single(exchange.Asked));
        Assert.Equal("here.test", second.Host);
        exchange.Give(new CallInput.Resolved(second.Lookup, [new Flow(SipTransport.Udp, 1, CallDriver.Callee)]));
        Assert.Equal("MESSAGE sip:+15551234@here.test:5090 SIP/2.0", exchange.Last("MESSAGE").StartLine);

        var none = new ExchangeDriver(CallDriver.OneTrunk("sip:nowhere.test"));
        none.FromCaller(Outside.Request("MESSAGE"));
        none.Give(new CallInput.Resolved(1, []));
        Assert.Equal(1, none.CountSent("SIP/2.0 503"));
    }

    [Fact]
    public void The_targets_of_one_name_are_tried_in_turn_and_one_that_asks_for_a_pause_gets_it()
    {
        Flow first = new(SipTransport.Udp, 1, CallDriver.Callee), second = new(SipTransport.Udp, 1, new IPEndPoint(CallDriver.Callee.Address, 5099));
        var exchange = new ExchangeDriver(CallDriver.OneTrunk("sip:carrier.test"));
        exchange.FromCaller(Outside.Request("MESSAGE"));
        CallEffect.Resolve asked = Assert.IsType<CallEffect.Resolve>(Assert.Single(exchange.Asked));
        Assert.True(asked.AnyTransport);
        exchange.Give(new CallInput.Resolved(asked.Lookup, [first, second]));
        exchange.FromCallee(Outside.Response(exchange.Last("MESSAGE"), 503, extra: "Retry-After: 7\r\n"));
        Assert.Equal(new CallEffect.PassOver(first, TimeSpan.FromSeconds(7)), Assert.Single(exchange.Asked));
        Assert.Equal(5099, exchange.Last("MESSAGE").To.Remote.Port);
        exchange.FromCallee(Outside.Response(exchange.Last("MESSAGE"), 200), second.Remote);
        Assert.Equal(1, exchange.CountSent("SIP/2.0 200"));
    }

    [Fact]
    public void Silence_is_answered_with_100_in_its_time_and_never_with_408()
    {
        var exchange = new ExchangeDriver();
        exchange.FromCaller(Outside.Request("MESSAGE"));

        // RFC 4320 section 4.1: no 100 before timer E has grown to T2, which takes 3.5 s, and one then.
        exchange.FromCallee(Outside.Response(exchange.Last("MESSAGE"), 100));
        exchange.Elapse(TimeSpan.FromMilliseconds(3499));
        Assert.Equal(0, exchange.CountSent("SIP/2.0"));
        exchange.Elapse(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, exchange.CountSent("SIP/2.0 100"));

        // Section 4.2: "MUST NOT send a response with Status-Code of 408 to a non-INVITE request."
        exchange.Elapse(TimeSpan.FromSeconds(60));
        Assert.Equal(1, exchange.CountSent("SIP/2.0"));
        Assert.True(exchange.Stopped);
    }

    [Fact]
    public void A_lost_request_is_sent_again_with_the_same_bytes()
    {
        // 17.1.2.2: timer E at 0.5, 1.5, 3.5, 7.5, … s.
        var exchange = new ExchangeDriver();
        exchange.FromCaller(Outside.Request("MESSAGE"));
        exchange.Elapse(TimeSpan.FromSeconds(3));
        Assert.Equal(3, exchange.CountSent("MESSAGE"));
        Assert.Single(exchange.Wire.Select(sent => sent.Text).Distinct());
    }

    [Theory]
    [InlineData(302, 480)]
    [InlineData(401, 403)]
    [InlineData(407, 403)]
    public void What_would_name_the_other_side_is_told_in_other_words(int status, int told)
    {
        var exchange = new ExchangeDriver();
        exchange.FromCaller(Outside.Request("MESSAGE"));
        exchange.FromCallee(Outside.Response(exchange.Last("MESSAGE"), status, extra: "Contact: <sip:bob@198.51.100.20>\r\nWWW-Authenticate: Digest realm=\"198.51.100.20\", nonce=\"n\"\r\n"));
        Assert.StartsWith($"SIP/2.0 {told} ", exchange.Wire[^1].Text);
        Outside.AssertNothingLeaks(exchange.Wire);
    }

    [Fact]
    public void A_423_says_how_long_it_would_have_to_be()
    {
        // RFC 3903 section 6 step 4: the 423 "MUST contain a Min-Expires header field".
        var exchange = new ExchangeDriver();
        exchange.FromCaller(Outside.Request("PUBLISH", extra: "Event: presence\r\n"));
        exchange.FromCallee(Outside.Response(exchange.Last("PUBLISH"), 423, extra: "Min-Expires: 60\r\n"));
        Assert.Equal("60", exchange.Last("SIP/2.0 423").Header("Min-Expires"));
    }

    [Fact]
    public void Where_a_realm_asks_who_calls_a_stranger_is_challenged_and_nothing_is_kept()
    {
        ControllerSettings settings = CallDriver.OneTrunk();
        var exchange = new ExchangeDriver(settings with { Realms = settings.Realms.SetItem("access", new(AuthenticateCalls: true)) });
        exchange.FromCaller(Outside.Request("MESSAGE"));
        Assert.StartsWith("SIP/2.0 407", Assert.Single(exchange.Wire).Text);
        Assert.StartsWith("Digest", exchange.Wire[0].Header("Proxy-Authenticate"));
        Assert.True(exchange.Stopped);
    }

    [Theory]
    [InlineData("Event: dialog;call-id=x\r\n", "NOTIFY", 489)]
    [InlineData("Event: dialog\r\n", "PUBLISH", 489)]
    [InlineData("Event: reg\r\n", "NOTIFY", 489)]
    [InlineData("Content-Type: application/dialog-info+xml\r\n", "MESSAGE", 415)]
    [InlineData("Content-Type: application/reginfo+xml;charset=utf-8\r\n", "MESSAGE", 415)]
    public void What_is_all_names_of_one_side_crosses_only_where_both_realms_say_so(string extra, string method, int refused)
    {
        var hidden = new ExchangeDriver();
        hidden.FromCaller(Outside.Request(method, extra: extra, body: "<x/>"));
        Assert.StartsWith($"SIP/2.0 {refused} ", Assert.Single(hidden.Wire).Text);

        ControllerSettings settings = CallDriver.OneTrunk();
        var pass = new RealmSettings(PassesTopology: true);
        var half = new ExchangeDriver(settings with { Realms = settings.Realms.SetItem("access", pass) });
        half.FromCaller(Outside.Request(method, extra: extra, body: "<x/>"));
        Assert.StartsWith($"SIP/2.0 {refused} ", Assert.Single(half.Wire).Text);

        var open = new ExchangeDriver(settings with { Realms = settings.Realms.SetItem("access", pass).SetItem("core", pass) });
        open.FromCaller(Outside.Request(method, extra: extra, body: "<x/>"));
        Assert.EndsWith("<x/>", Assert.Single(open.Wire).Text);
    }

    [Theory]
    [InlineData("MESSAGE", "a-tag", 1)]
    [InlineData("INVITE", "", 1)]
    [InlineData("BYE", "a-tag", 1)]
    [InlineData("ACK", "", 0)]
    public void What_belongs_to_a_dialog_or_a_call_is_none_of_its(string method, string toTag, int answers)
    {
        // 12.2.2: 481; 17: an ACK is never answered.
        var exchange = new ExchangeDriver();
        exchange.FromCaller(Outside.Request(method, toTag: toTag));
        Assert.Equal(answers, exchange.CountSent("SIP/2.0 481"));
        Assert.Equal(answers, exchange.Wire.Count);
        Assert.True(exchange.Stopped);
    }

    [Fact]
    public void Nothing_is_stored_and_nothing_stored_is_read()
    {
        var codec = new ExchangeEventCodec();
        Assert.Equal(Durability.Volatile, Exchange.DurabilityOf(new ExchangeEvent.Became(ExchangeState.Empty)));
        Assert.Throws<FormatException>(() => codec.Decode([1]));
    }

    private static ExchangeDriver Forked(out Sent[] forks)
    {
        var exchange = new ExchangeDriver();
        exchange.FromCaller(Outside.Request("MESSAGE", "sip:bob@example.test"));
        exchange.Give(new CallInput.BindingsFound(1, [Outside.Phone(1), Outside.Phone(2), Outside.Phone(3)]));
        forks = [.. exchange.Wire];
        Assert.Equal([6001, 6002, 6003], forks.Select(fork => fork.To.Remote.Port));
        Assert.Equal(3, forks.Select(fork => fork.Header("Call-ID")).Distinct().Count());
        return exchange;
    }
}
