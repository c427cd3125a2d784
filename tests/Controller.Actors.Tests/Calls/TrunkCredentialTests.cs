using System.Net;
using System.Text;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sip.Digest;
using static Controller.Actors.Tests.Calls.Messages;

namespace Controller.Actors.Tests.Calls;

/// <summary>A trunk challenges what we send it, and gets its credentials: RFC 3261 section 22, RFC 7616, RFC 8760.</summary>
public class TrunkCredentialTests
{
    private const string Password = "s3cret";

    private static CallDriver WithAccount(bool known = true, params string[] endpoints)
    {
        ControllerSettings settings = CallDriver.OneTrunk(endpoints);
        return new CallDriver(known ? WithAccount(settings) : settings);
    }

    internal static ControllerSettings WithAccount(ControllerSettings settings) =>
        settings with { Trunks = settings.Trunks.SetItem("uas", settings.Trunks["uas"] with { User = "acct", Password = Password }) };

    internal static string Proxy(string nonce = "n1", string more = ", algorithm=MD5, qop=\"auth\"", string realm = "carrier") =>
        $"Proxy-Authenticate: Digest realm=\"{realm}\", nonce=\"{nonce}\"{more}\r\n";

    private static string Server(string nonce = "n1", string more = ", algorithm=MD5, qop=\"auth\"", string realm = "carrier") =>
        $"WWW-Authenticate: Digest realm=\"{realm}\", nonce=\"{nonce}\"{more}\r\n";

    /// <summary>What a trunk checks: whose they are, for this request, made with the password; and how often the nonce has been used.</summary>
    private static uint Accepted(Sent request, string nonce = "n1", bool proxy = true)
    {
        Assert.True(DigestCredentials.TryParse(Encoding.Latin1.GetBytes(request.Header(proxy ? "Proxy-Authorization" : "Authorization")), out DigestCredentials credentials), request.Text);
        Assert.Equal("acct", Encoding.ASCII.GetString(credentials.Username));
        Assert.Equal(nonce, Encoding.ASCII.GetString(credentials.Nonce));
        Assert.Equal(request.StartLine.Split(' ')[1], Encoding.ASCII.GetString(credentials.Uri));
        Assert.True(DigestResponse.Verify(credentials, Password, request.Message.MethodText, request.Message.Body));
        return credentials.Nc;
    }

    private static CallDriver Established(out Sent invite, out string tag, string calleeExtra = "")
    {
        CallDriver call = WithAccount();
        call.FromCaller(Invite(extra: calleeExtra));
        call.FromCallee(Response(call.Last("INVITE"), 407, toTag: "refusal", extra: Proxy()));
        invite = call.Last("INVITE");
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp, extra: calleeExtra));
        tag = call.Last("SIP/2.0 200", CallDriver.Caller).ToTag;
        call.FromCaller(FromCaller("ACK", tag, 1, "z9hG4bKack1"));
        return call;
    }

    [Theory]
    [InlineData(401, false)]
    [InlineData(407, false)]
    [InlineData(401, true)]
    [InlineData(407, true)]
    public void An_INVITE_that_is_challenged_goes_out_again_as_the_same_attempt(int status, bool crash)
    {
        CallDriver call = WithAccount();
        call.FromCaller(Invite());
        Sent first = call.Last("INVITE");
        call.FromCallee(Response(first, status, toTag: "refusal", extra: status == 407 ? Proxy() : Server()));
        Sent again = call.Last("INVITE");
        Assert.True(again.AfterRequiredCommit);

        // RFC 3261 section 17.1.1.3: the ACK belongs to the transaction of the first, and comes first.
        Sent ack = Assert.Single(call.To(CallDriver.Callee, "ACK"));
        Assert.Equal(first.Header("Via"), ack.Header("Via"));
        Assert.Equal("1 ACK", ack.Header("CSeq"));
        Assert.True(call.Wire.IndexOf(ack) < call.Wire.IndexOf(again));

        // Section 22.2: "a UAC that wishes to re-originate a request with credentials … MUST increment the CSeq header field value"; 8.1.3.5: "this new request
        // constitutes a new transaction and SHOULD have the same value of the Call-ID, To, and From of the previous request".
        Assert.Equal("2 INVITE", again.Header("CSeq"));
        Assert.Equal((first.Header("Call-ID"), first.Header("From"), first.Header("To"), first.Body), (again.Header("Call-ID"), again.Header("From"), again.Header("To"), again.Body));
        Assert.NotEqual(first.Header("Via"), again.Header("Via"));
        Assert.Equal(1u, Accepted(again, proxy: status == 407));
        if (crash)
        {
            call.CrashAndRecover();
            Assert.Equal(again.Text, call.Last("INVITE").Text);
            Assert.Equal(2, call.To(CallDriver.Callee, "INVITE").Select(sent => sent.Text).Distinct().Count());
        }

        call.FromCallee(Response(again, 180));
        call.FromCallee(Response(again, 200, sdp: CalleeSdp));

        // Section 22.1: "UACs creating an ACK message will duplicate all of the Authorization and Proxy-Authorization header field values that appeared in the
        // INVITE to which the ACK corresponds."
        string header = status == 407 ? "Proxy-Authorization" : "Authorization";
        Assert.Equal(again.Header(header), call.Last("ACK").Header(header));
        Assert.Equal("2 ACK", call.Last("ACK").Header("CSeq"));
        call.FromCallee(Response(again, 200, sdp: CalleeSdp));
        Assert.Single(call.To(CallDriver.Callee, "ACK").Skip(1).Select(sent => sent.Text).Distinct());

        Assert.Single(call.State.Attempts);
        Assert.DoesNotContain(call.To(CallDriver.Caller, ""), sent => sent.Text.Contains("Digest", StringComparison.Ordinal) || sent.Text.StartsWith("SIP/2.0 4", StringComparison.Ordinal));
        Assert.DoesNotContain(call.Journal, row => Encoding.Latin1.GetString(row).Contains(Password, StringComparison.Ordinal));
    }

    [Fact]
    public void A_repeated_challenge_gets_its_ACK_and_nothing_else()
    {
        CallDriver call = WithAccount();
        call.FromCaller(Invite());
        string challenge = Response(call.Last("INVITE"), 407, toTag: "refusal", extra: Proxy());
        call.FromCallee(challenge);
        call.FromCallee(challenge);
        Assert.Equal(2, call.CountSent("INVITE"));
        Assert.Single(call.To(CallDriver.Callee, "ACK").Select(sent => sent.Text).Distinct());
        Assert.Equal(2, call.CountSent("ACK"));
    }

    [Theory]
    [InlineData(", algorithm=SHA-256, qop=\"auth\"", "SHA-256", true)]
    [InlineData(", algorithm=SHA-512-256, qop=\"auth,auth-int\", opaque=\"o\\\"p\"", "SHA-512-256", true)]
    [InlineData(", algorithm=MD5-sess, qop=\"auth\"", "MD5-sess", true)]
    // RFC 7616 section 3.4: without qop in the challenge there is none in the answer; without algorithm it is MD5.
    [InlineData("", "MD5", false)]
    public void Algorithms(string more, string token, bool qop)
    {
        CallDriver call = WithAccount();
        call.FromCaller(Invite());
        call.FromCallee(Response(call.Last("INVITE"), 401, toTag: "refusal", extra: Server(more: more)));
        Assert.Equal(qop ? 1u : 0u, Accepted(call.Last("INVITE"), proxy: false));
        Assert.Contains("algorithm=" + token, call.Last("INVITE").Header("Authorization"), StringComparison.Ordinal);
        Assert.Equal(qop, call.Last("INVITE").Header("Authorization").Contains("qop=auth", StringComparison.Ordinal));
        Assert.Equal(more.Contains("opaque", StringComparison.Ordinal), call.Last("INVITE").Header("Authorization").Contains("opaque=\"o\\\"p\"", StringComparison.Ordinal));
    }

    [Fact]
    public void The_first_challenge_that_we_can_answer_counts_for_each_realm()
    {
        CallDriver call = WithAccount();
        call.FromCaller(Invite());
        string several = Server("x", ", algorithm=FUTURE, qop=\"auth\"") + Server("x", ", algorithm=MD5, qop=\"auth-int\"") + Server("a", ", algorithm=SHA-256, qop=\"auth\"") + Server("b")
            + Server("c", realm: "other");
        call.FromCallee(Response(call.Last("INVITE"), 401, toTag: "refusal", extra: several));

        // RFC 8760 section 2.4: "it SHOULD use the topmost header field that it supports"; RFC 3261 section 22.3: one for each realm that a forking proxy hands on.
        Sent again = call.Last("INVITE");
        Assert.Equal(1u, Accepted(again, "a", proxy: false));
        Assert.Equal(2, again.Text.Split("\r\nAuthorization: ").Length - 1);
        Assert.Contains("realm=\"other\", nonce=\"c\"", again.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_proxy_and_then_the_server_behind_it()
    {
        CallDriver call = WithAccount();
        call.FromCaller(Invite());
        call.FromCallee(Response(call.Last("INVITE"), 407, toTag: "r1", extra: Proxy("p")));
        call.FromCallee(Response(call.Last("INVITE"), 401, toTag: "r2", extra: Server("s")));
        Sent third = call.Last("INVITE");
        Assert.Equal("3 INVITE", third.Header("CSeq"));
        Assert.Equal((2u, 1u), (Accepted(third, "p"), Accepted(third, "s", proxy: false)));

        // The ACK of the second refusal has the credentials of the second INVITE.
        Assert.Equal(call.To(CallDriver.Callee, "INVITE")[1].Header("Proxy-Authorization"), call.Last("ACK").Header("Proxy-Authorization"));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 3)]
    public void Credentials_that_are_refused_are_not_tried_again_but_for_a_stale_nonce_once(bool stale, int invites)
    {
        CallDriver call = WithAccount();
        call.FromCaller(Invite());
        for (int i = 0; i < 5 && call.To(CallDriver.Caller, "SIP/2.0 403").Count == 0; i++)
        {
            call.FromCallee(Response(call.Last("INVITE"), 407, toTag: "r" + i, extra: Proxy("n" + i, stale && i > 0 ? ", stale=TRUE, qop=\"auth\"" : ", qop=\"auth\"")));
        }

        // RFC 3261 section 22.2: "MUST NOT re-attempt requests with the credentials that have just been rejected (though the request may be retried if the nonce
        // was stale)."
        Assert.Equal(invites, call.CountSent("INVITE"));
        Assert.Equal(invites, call.CountSent("ACK"));
        Assert.False(call.Last("SIP/2.0 403", CallDriver.Caller).Has("Proxy-Authenticate"));
        Assert.Single(call.ChargingRecords);
    }

    [Theory]
    [InlineData(true, "")]
    [InlineData(true, "Proxy-Authenticate: Basic realm=\"carrier\"\r\n")]
    [InlineData(true, "WWW-Authenticate: Digest realm=\"carrier\", nonce=\"n\"\r\n")]
    [InlineData(false, "Proxy-Authenticate: Digest realm=\"carrier\", nonce=\"n\"\r\n")]
    public void What_cannot_be_answered_is_a_refusal(bool known, string headers)
    {
        CallDriver call = WithAccount(known);
        call.FromCaller(Invite());
        call.FromCallee(Response(call.Last("INVITE"), 407, toTag: "refusal", extra: headers));
        Assert.Equal(1, call.CountSent("INVITE"));
        Assert.Single(call.To(CallDriver.Caller, "SIP/2.0 403"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_CANCEL_that_crosses_the_challenge_has_its_way(bool provisional)
    {
        CallDriver call = WithAccount();
        call.FromCaller(Invite());
        Sent invite = call.Last("INVITE");
        if (provisional)
        {
            call.FromCallee(Response(invite, 100));
        }

        call.FromCaller(FromCaller("CANCEL", "", 1, "z9hG4bKinv1"));
        call.FromCallee(Response(invite, 407, toTag: "refusal", extra: Proxy()));

        // RFC 3261 section 9.1: nothing is left to cancel, and nobody wants to be called.
        Assert.Equal(1, call.CountSent("INVITE"));
        Assert.Single(call.To(CallDriver.Callee, "ACK"));
        Assert.Contains("\"result\":\"cancelled\"", Assert.Single(call.ChargingRecords), StringComparison.Ordinal);
    }

    [Fact]
    public void A_CANCEL_after_the_challenge_is_for_the_second_INVITE()
    {
        CallDriver call = WithAccount();
        call.FromCaller(Invite());
        call.FromCallee(Response(call.Last("INVITE"), 407, toTag: "refusal", extra: Proxy()));
        Sent again = call.Last("INVITE");
        call.FromCallee(Response(again, 180));
        call.FromCaller(FromCaller("CANCEL", "", 1, "z9hG4bKinv1"));
        Sent cancel = call.Last("CANCEL", CallDriver.Callee);
        Assert.Equal((again.Header("Via"), "2 CANCEL"), (cancel.Header("Via"), cancel.Header("CSeq")));
        Assert.False(cancel.Has("Proxy-Authorization"));
    }

    [Fact]
    public void Each_leg_answers_its_own_challenge()
    {
        CallDriver call = WithAccount(true, "sip:198.51.100.20:5080", "sip:198.51.100.21:5080");
        call.FromCaller(Invite());
        call.FromCallee(Response(call.Last("INVITE"), 503));
        var second = new IPEndPoint(IPAddress.Parse("198.51.100.21"), 5080);
        call.FromCallee(Response(call.Last("INVITE", second), 401, toTag: "refusal", extra: Server()), second);
        Sent again = call.Last("INVITE", second);
        Assert.Equal("2 INVITE", again.Header("CSeq"));
        call.FromCallee(Response(again, 200, sdp: CalleeSdp), second);
        Assert.Equal(2, call.State.Attempts.Length);
        Assert.Single(call.To(CallDriver.Caller, "SIP/2.0 200"));
    }

    [Fact]
    public void A_challenge_after_it_has_rung_starts_new_early_dialogs()
    {
        CallDriver call = WithAccount();
        call.FromCaller(Invite());
        call.FromCallee(Response(call.Last("INVITE"), 183, "fork-1", CalleeSdp, Reliable(7)));
        Assert.Equal(1, call.CountSent("PRACK"));
        call.FromCallee(Response(call.First("INVITE"), 407, toTag: "refusal", extra: Proxy()));
        Sent again = call.Last("INVITE");
        Assert.Equal("3 INVITE", again.Header("CSeq"));
        call.FromCallee(Response(again, 183, "fork-2", CalleeSdp, Reliable(1)));
        Assert.Contains(" 3 INVITE", call.Last("PRACK").Header("RAck"), StringComparison.Ordinal);
        Assert.Equal(2u, Accepted(call.Last("PRACK")));
        call.FromCallee(Response(again, 200, "fork-2"));
        Assert.Contains("m=audio", call.Last("SIP/2.0 200", CallDriver.Caller).Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_follows_carries_credentials_from_the_start_and_counts(bool crash)
    {
        CallDriver call = Established(out Sent invite, out string tag, "Allow: INVITE, ACK, BYE, CANCEL, UPDATE, INFO\r\n");
        uint last = Accepted(invite);
        if (crash)
        {
            call.CrashAndRecover();
        }

        // RFC 7616 section 3.4: "The nc value is the hexadecimal count of the number of requests … that the client has sent with the nonce value".
        call.FromCaller(FromCaller("INFO", tag, 2, "z9hG4bKi"));
        Assert.True(Accepted(call.Last("INFO")) > last);
        last = Accepted(call.Last("INFO"));
        call.FromCaller(Invite(branch: "z9hG4bKre", cseq: 3, toTag: tag));
        Sent reinvite = call.Last("INVITE");
        Assert.Equal(last + 1, Accepted(reinvite));
        call.FromCallee(Response(reinvite, 200, sdp: CalleeSdp));
        Assert.Equal(reinvite.Header("Proxy-Authorization"), call.Last("ACK", CallDriver.Callee).Header("Proxy-Authorization"));
        call.FromCaller(FromCaller("ACK", tag, 3, "z9hG4bKack3"));
        call.FromCaller(FromCaller("BYE", tag, 4, "z9hG4bKbye"));
        Assert.Equal(last + 2, Accepted(call.Last("BYE")));
        Assert.False(call.Last("SIP/2.0 200", CallDriver.Caller).Has("Proxy-Authorization"));
    }

    [Theory]
    [InlineData("INVITE", false)]
    [InlineData("UPDATE", false)]
    [InlineData("INFO", false)]
    [InlineData("INVITE", true)]
    [InlineData("UPDATE", true)]
    [InlineData("INFO", true)]
    public void A_request_in_the_dialog_is_challenged(string method, bool crash)
    {
        CallDriver call = Established(out _, out string tag, "Allow: INVITE, ACK, BYE, CANCEL, UPDATE, INFO\r\n");
        call.FromCaller(FromCaller(method, tag, 2, "z9hG4bKr", sdp: method == "INFO" ? null : CallerSdp.Replace("49170", "49172", StringComparison.Ordinal)));
        Sent first = call.Last(method, CallDriver.Callee);

        // What was sent with an old nonce, before anybody asked, is no rejected password: the new nonce is answered.
        call.FromCallee(Response(first, 407, toTag: "", extra: Proxy("n2")));
        Sent again = call.Last(method, CallDriver.Callee);
        if (crash)
        {
            call.CrashAndRecover();
            Assert.Equal(again.Text, call.Last(method, CallDriver.Callee).Text);
        }

        Assert.Equal(1u, Accepted(again, "n2"));
        Assert.Equal(first.Body, again.Body);
        Assert.Equal(call.To(CallDriver.Callee, method).Count(sent => sent.Header("CSeq") == again.Header("CSeq")), crash ? 2 : 1);
        call.FromCallee(Response(again, 200, toTag: "", sdp: method == "INFO" ? null : CalleeSdp));
        Assert.Equal("2 " + method, call.Last("SIP/2.0 200", CallDriver.Caller).Header("CSeq"));
        Assert.Empty(call.To(CallDriver.Caller, "SIP/2.0 4"));
    }

    [Fact]
    public void A_re_INVITE_that_is_refused_in_the_end_changes_nothing()
    {
        CallDriver call = Established(out _, out string tag);
        ReadOnlyMemory<byte> before = call.State.B.Description!.Body;
        call.FromCaller(FromCaller("INVITE", tag, 2, "z9hG4bKr", sdp: CallerSdp.Replace("49170", "49172", StringComparison.Ordinal)));
        call.FromCallee(Response(call.Last("INVITE"), 407, toTag: "", extra: Proxy("n2")));
        call.FromCallee(Response(call.Last("INVITE"), 407, toTag: "", extra: Proxy("n3")));

        // RFC 3261 section 14.1: "the session parameters MUST remain unchanged, as if no re-INVITE had been issued."
        Assert.Equal("2 INVITE", call.Last("SIP/2.0 403", CallDriver.Caller).Header("CSeq"));
        Assert.Equal(before, call.State.B.Description!.Body);
        Assert.Equal(CallPhase.Established, call.State.Phase);
    }

    [Fact]
    public void A_re_INVITE_that_is_cancelled_when_it_is_challenged()
    {
        CallDriver call = Established(out _, out string tag);
        call.FromCaller(FromCaller("INVITE", tag, 2, "z9hG4bKr", sdp: CallerSdp));
        Sent reinvite = call.Last("INVITE");
        call.FromCallee(Response(reinvite, 100, toTag: ""));
        call.FromCaller(FromCaller("CANCEL", tag, 2, "z9hG4bKr"));
        call.FromCallee(Response(reinvite, 407, toTag: "", extra: Proxy("n2")));
        Assert.Equal("2 INVITE", call.Last("SIP/2.0 487", CallDriver.Caller).Header("CSeq"));
        Assert.Equal(reinvite.Text, call.Last("INVITE").Text);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_BYE_is_challenged(bool crash)
    {
        CallDriver call = Established(out _, out string tag);
        call.FromCaller(FromCaller("BYE", tag, 2, "z9hG4bKbye"));
        Sent first = call.Last("BYE");
        call.FromCallee(Response(first, 407, toTag: "", extra: Proxy("n2")));
        Sent again = call.Last("BYE");
        Assert.NotEqual(first.Header("CSeq"), again.Header("CSeq"));
        Assert.Equal(1u, Accepted(again, "n2"));
        if (crash)
        {
            call.CrashAndRecover();
            Assert.Equal(again.Text, call.Last("BYE").Text);
        }

        call.FromCallee(Response(again, 200, toTag: ""));
        call.Elapse(TimeSpan.FromSeconds(40));
        Assert.True(call.Stopped);
        Assert.Single(call.ChargingRecords);
    }

    [Fact]
    public void A_refresh_of_ours_is_challenged()
    {
        CallDriver call = Established(out _, out _, "Allow: INVITE, ACK, BYE, CANCEL, UPDATE\r\n");
        call.Elapse(TimeSpan.FromSeconds(910));
        Sent refresh = call.Last("UPDATE", CallDriver.Callee);
        call.FromCallee(Response(refresh, 401, toTag: "", extra: Server("s2")));
        Sent again = call.Last("UPDATE", CallDriver.Callee);
        Assert.Equal(1u, Accepted(again, "s2", proxy: false));
        call.FromCallee(Response(again, 200, toTag: ""));
        Assert.Equal(CallPhase.Established, call.State.Phase);
        Assert.True(call.State.B.Timer!.ExpiresAt > call.Now.After(TimeSpan.FromSeconds(1000)));
    }

    [Fact]
    public void A_longer_session_is_asked_for_with_the_credentials()
    {
        CallDriver call = WithAccount();
        call.FromCaller(Invite());
        call.FromCallee(Response(call.Last("INVITE"), 407, toTag: "r1", extra: Proxy()));
        call.FromCallee(Response(call.Last("INVITE"), 422, toTag: "r2", extra: "Min-SE: 3600\r\n"));
        Sent third = call.Last("INVITE");
        Assert.Equal("3600", third.Header("Min-SE"));
        Assert.Equal(2u, Accepted(third));
        call.FromCallee(Response(third, 200, sdp: CalleeSdp));
        Assert.Equal(third.Header("Proxy-Authorization"), call.Last("ACK").Header("Proxy-Authorization"));
    }

    [Fact]
    public void The_ACK_of_a_late_offer_has_them_too()
    {
        CallDriver call = WithAccount();
        call.FromCaller(Invite(sdp: null));
        call.FromCallee(Response(call.Last("INVITE"), 407, toTag: "refusal", extra: Proxy()));
        Sent invite = call.Last("INVITE");
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        call.FromCaller(FromCaller("ACK", call.Last("SIP/2.0 200", CallDriver.Caller).ToTag, 1, "z9hG4bKack1", sdp: CallerSdp));
        Sent ack = call.Last("ACK");
        Assert.Contains("m=audio 49170", ack.Body, StringComparison.Ordinal);
        Assert.Equal(invite.Header("Proxy-Authorization"), ack.Header("Proxy-Authorization"));
        call.FromCallee(Response(invite, 200, sdp: CalleeSdp));
        Assert.Equal(ack.Text, call.Last("ACK").Text);
    }

    [Fact]
    public void A_REFER_that_is_challenged_makes_one_subscription()
    {
        CallDriver call = Established(out Sent invite, out string tag);
        call.FromCaller(FromCaller("REFER", tag, 2, "z9hG4bKrefer", extra: "Refer-To: <sip:+15559999@203.0.113.1>\r\n"));
        call.FromCallee(Response(call.Last("REFER"), 407, toTag: "", extra: Proxy("n2")));
        Sent again = call.Last("REFER");
        call.FromCallee(Response(again, 202, toTag: ""));
        string id = again.Header("CSeq").Split(' ')[0];
        call.FromCallee(FromCallee("NOTIFY", invite, 1, "z9hG4bKn1", extra: $"Event: refer;id={id}\r\nSubscription-State: active;expires=60\r\n"));

        // RFC 3515 section 2.4.6: the id is the number of the REFER that made the subscription: on the caller's side that is its own.
        Assert.Equal("refer;id=2", call.Last("NOTIFY", CallDriver.Caller).Header("Event"));
    }
}
