using System.Globalization;
using Controller.Actors.Accounts;
using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Actors.Tests.Calls;
using Controller.Actors.Tokens;
using Controller.Sharding.Model;
using Controller.Sip.Digest;

namespace Controller.Actors.Tests.Accounts;

public class AccountTests
{
    [Fact]
    public void It_registers_when_it_is_woken_and_again_at_about_half_time_with_one_Call_ID_and_the_next_CSeq()
    {
        var account = new AccountDriver();
        account.Wake();
        Sent first = account.Last;

        // RFC 3261 section 10.2: "The "userinfo" and "@" components of the SIP URI MUST NOT be present."
        Assert.Equal("REGISTER sip:carrier.test SIP/2.0", first.StartLine);
        Assert.Equal(AccountDriver.Registrar, first.To.Remote);
        Assert.Equal($"<{AccountDriver.Aor}>", first.Header("To"));
        Assert.StartsWith($"<{AccountDriver.Aor}>;tag=", first.Header("From"), StringComparison.Ordinal);
        Assert.Equal("<sip:49301234@203.0.113.2:5060>;expires=3600", first.Header("Contact"));
        Assert.Equal("3600", first.Header("Expires"));
        Assert.True(first.AfterRequiredCommit);
        Assert.True(CallToken.TryDecodeActor(account.Settings.Secret.Span, first.Message.Value(Controller.Sip.Headers.HeaderId.CallId), out ActorId actor, out _));
        Assert.Equal(account.Self, actor);

        account.Grant();
        Assert.True(account.State.IsBound(account.Now));
        account.Elapse(TimeSpan.FromSeconds(1799));
        Assert.Single(account.Wire);
        Assert.InRange(account.State.NextAt.Since(account.Now).TotalSeconds, 1, 361);
        account.Refresh();
        Assert.Equal(2, account.Wire.Count);
        Assert.Equal((first.Header("Call-ID"), first.Header("From"), "2 REGISTER"), (account.Last.Header("Call-ID"), account.Last.Header("From"), account.Last.Header("CSeq")));
        Assert.NotEqual(first.Header("Via"), account.Last.Header("Via"));

        // Woken again it does nothing.
        account.Grant();
        account.Wake();
        Assert.Empty(account.LastEffects);
        Assert.Equal(2, account.Wire.Count);
        Assert.Equal([200, 200], account.Counted.Select(counted => counted.Status));
    }

    [Fact]
    public void A_challenge_is_answered_and_the_refresh_carries_credentials_with_the_next_count()
    {
        var account = new AccountDriver();
        account.Wake();
        account.Answer(401, AccountDriver.Challenge("n1"));
        Assert.Equal("2 REGISTER", account.Last.Header("CSeq"));
        Assert.True(account.Last.AfterRequiredCommit);
        Assert.True(IsRight(account.Last, "p"));
        Assert.Contains("nc=00000001", account.Last.Header("Authorization"), StringComparison.Ordinal);
        account.Grant();
        account.Refresh();
        Assert.Equal("3 REGISTER", account.Last.Header("CSeq"));
        Assert.Contains("nc=00000002", account.Last.Header("Authorization"), StringComparison.Ordinal);
        Assert.True(IsRight(account.Last, "p"));

        // The nonce is too old by now.
        account.Answer(401, AccountDriver.Challenge("n2", stale: true));
        Assert.Contains("nonce=\"n2\"", account.Last.Header("Authorization"), StringComparison.Ordinal);
        Assert.Contains("nc=00000001", account.Last.Header("Authorization"), StringComparison.Ordinal);
        account.Grant();
        Assert.True(account.State.IsBound(account.Now));
    }

    [Fact]
    public void A_proxy_and_the_registrar_behind_it_may_both_ask()
    {
        var account = new AccountDriver();
        account.Wake();
        account.Answer(407, AccountDriver.Challenge("p1").Replace("WWW", "Proxy", StringComparison.Ordinal));
        Assert.True(account.Last.Has("Proxy-Authorization"));
        account.Answer(401, AccountDriver.Challenge("n1"));
        Assert.True(account.Last.Has("Proxy-Authorization"));
        Assert.True(account.Last.Has("Authorization"));
        account.Grant();
        Assert.Equal(3u, account.State.CSeq);
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    public void A_wrong_password_is_tried_once_and_then_seldom_until_it_is_changed(int status)
    {
        var account = new AccountDriver();
        account.Wake();
        account.Answer(401, AccountDriver.Challenge("n1"));
        account.Answer(status, status == 401 ? AccountDriver.Challenge("n2") : "");
        Assert.Equal(2, account.Wire.Count);
        Assert.Equal((status, AccountPhase.Waiting), (account.State.LastStatus, account.State.Phase));
        account.Elapse(TimeSpan.FromSeconds(599));
        Assert.Equal(2, account.Wire.Count);
        account.Elapse(TimeSpan.FromSeconds(1));
        Assert.Equal(3, account.Wire.Count);
        Assert.False(account.Last.Has("Authorization"));
        account.Answer(403);

        account.Settings = AccountDriver.Configured(AccountDriver.One with { Password = "right" });
        account.Elapse(TimeSpan.FromSeconds(5));
        account.Answer(401, AccountDriver.Challenge("n3"));
        Assert.True(IsRight(account.Last, "right"));
        account.Grant();
        Assert.Equal(0, account.State.Failures);
    }

    [Fact]
    public void Without_credentials_a_challenge_is_a_refusal()
    {
        var account = new AccountDriver(AccountDriver.Configured(AccountDriver.One with { User = null, Password = null }));
        account.Wake();
        account.Answer(401, AccountDriver.Challenge("n1"));
        Assert.Single(account.Wire);
        Assert.Equal(new CallEffect.CountRegistration("uas", 401, false), Assert.Single(account.Counted));
    }

    /// <summary>RFC 3261 section 10.2.8.</summary>
    [Fact]
    public void A_423_is_answered_with_the_time_it_asks_for_and_remembered()
    {
        var account = new AccountDriver(AccountDriver.Configured(AccountDriver.One with { Expires = TimeSpan.FromSeconds(60) }));
        account.Wake();
        account.Answer(423, "Min-Expires: 300\r\n");
        Assert.Equal(("2 REGISTER", "300"), (account.Last.Header("CSeq"), account.Last.Header("Expires")));

        // One that is never content is given up.
        account.Answer(423, "Min-Expires: 300\r\n");
        Assert.Equal((2, 423), (account.Wire.Count, account.State.LastStatus));
        account.Refresh();
        Assert.Equal("300", account.Last.Header("Expires"));

        // Nor is one that wants a second more each time followed for ever.
        for (int least = 301; least < 305; least++)
        {
            account.Answer(423, $"Min-Expires: {least}\r\n");
        }

        Assert.Equal((6, "303"), (account.Wire.Count, account.Last.Header("Expires")));
        account.Refresh();
        account.Grant(300);
        Assert.True(account.State.NextAt < account.Now.After(TimeSpan.FromSeconds(181)));
    }

    /// <summary>RFC 3261 section 10.2.4: the expires parameter of our own Contact, else Expires, else what was asked for.</summary>
    [Theory]
    [InlineData("Contact: <sip:49301234@192.0.2.9>;expires=7200, <sip:49301234@203.0.113.2:5060>;expires=600\r\nExpires: 60\r\n", 600)]
    [InlineData("Contact: <sip:49301234@203.0.113.2:5060>\r\nExpires: 60\r\n", 60)]
    [InlineData("Contact: <sip:49301234@192.0.2.9>;expires=120\r\n", 120)]
    [InlineData("Service-Route: <sip:edge.carrier.test;lr>\r\nP-Associated-URI: <tel:+49301234>\r\nPath: <sip:p.test;lr>\r\n", 3600)]
    public void It_is_kept_as_long_as_the_registrar_says(string said, int seconds)
    {
        var account = new AccountDriver();
        account.Wake();
        account.Answer(200, said);
        Assert.Equal(account.Now.After(TimeSpan.FromSeconds(seconds)), account.State.Bound!.Until);
        Assert.InRange(account.State.NextAt.Since(account.Now).TotalSeconds, seconds * 0.5, seconds * 0.6);
    }

    [Fact]
    public void A_200_that_keeps_nothing_is_a_failure()
    {
        var account = new AccountDriver();
        account.Wake();
        account.Grant(0);
        Assert.False(account.State.IsBound(account.Now));
        Assert.InRange(account.State.NextAt.Since(account.Now).TotalSeconds, 15, 30);
        Assert.False(Assert.Single(account.Counted).IsRegistered);
    }

    [Fact]
    public void Failures_are_repeated_at_growing_distances_up_to_a_limit()
    {
        var account = new AccountDriver();
        account.Wake();
        List<double> waits = [];
        for (int i = 0; i < 7; i++)
        {
            account.Answer(500);
            int sent = account.Wire.Count;
            waits.Add(account.State.NextAt.Since(account.Now).TotalSeconds);
            account.Elapse(TimeSpan.FromSeconds(waits[^1]));
            Assert.Equal(sent + 1, account.Wire.Count);
        }

        // RFC 5626 section 4.5: "between 50% and 100% of the upper-bound".
        Assert.All(waits.Zip([30, 60, 120, 240, 300, 300, 300]), wait => Assert.InRange(wait.First, wait.Second * 0.5, wait.Second));
        Assert.Equal(waits.Count, waits.Distinct().Count());
        account.Grant();
        Assert.Equal(0, account.State.Failures);
    }

    [Fact]
    public void Retry_After_is_waited_for()
    {
        var account = new AccountDriver();
        account.Wake();
        account.Answer(503, "Retry-After: 120\r\n");
        Assert.Equal(120, account.State.NextAt.Since(account.Now).TotalSeconds);
        Assert.Contains(account.LastEffects, effect => effect is CallEffect.PassOver { Time.TotalSeconds: 120 });
    }

    [Fact]
    public void Silence_is_repeated_as_timer_E_says_and_given_up_as_timer_F_says()
    {
        var account = new AccountDriver();
        account.Wake();
        account.Elapse(TimeSpan.FromSeconds(31.9));
        Assert.Equal(11, account.Wire.Count);
        Assert.All(account.Wire, sent => Assert.Equal(account.Wire[0].Bytes, sent.Bytes));
        account.Elapse(TimeSpan.FromSeconds(0.1));
        Assert.Equal((11, 408), (account.Wire.Count, account.State.LastStatus));

        // Too late.
        account.Answer(200);
        Assert.Null(account.State.Bound);
    }

    [Fact]
    public void A_silent_endpoint_is_left_for_the_next_and_the_last_has_all_the_time()
    {
        var account = new AccountDriver(AccountDriver.Configured(AccountDriver.One, "sip:198.51.100.20:5080", "sip:198.51.100.21:5080"));
        account.Wake();
        account.Elapse(TimeSpan.FromSeconds(4));
        Assert.Equal(("198.51.100.21", "2 REGISTER"), (account.Last.To.Remote.Address.ToString(), account.Last.Header("CSeq")));
        account.Give(new CallInput.TransportFailed(Branch(account.Wire[0]), "too late"));
        Assert.Equal(AccountPhase.Registering, account.State.Phase);
        account.Give(new CallInput.TransportFailed(Branch(account.Last), "refused"));
        Assert.Equal((503, AccountPhase.Waiting), (account.State.LastStatus, account.State.Phase));
    }

    [Fact]
    public void A_name_leads_to_several_and_the_next_is_tried_when_one_fails()
    {
        var account = new AccountDriver(AccountDriver.Configured(AccountDriver.One with { Registrar = "sip:reg.carrier.test" }));
        account.Wake();
        CallEffect.Resolve asked = Assert.IsType<CallEffect.Resolve>(Assert.Single(account.LastEffects));
        Assert.Equal(("reg.carrier.test", true), (asked.Host, asked.AnyTransport));
        account.Resolve("198.51.100.31", "198.51.100.32");
        Assert.Equal("REGISTER sip:reg.carrier.test SIP/2.0", account.Last.StartLine);
        account.Answer(500);
        Assert.Equal("198.51.100.32", account.Last.To.Remote.Address.ToString());
        account.Grant();
        Assert.True(account.State.IsBound(account.Now));
        account.Refresh();
        account.Resolve();
        Assert.Equal((503, true), (account.State.LastStatus, account.State.IsBound(account.Now)));
    }

    [Fact]
    public void A_look_up_whose_answer_is_lost_is_a_failure_after_a_while()
    {
        var account = new AccountDriver(AccountDriver.Configured(AccountDriver.One, "sip:carrier.test"));
        account.Wake();
        account.Elapse(TimeSpan.FromSeconds(30));
        Assert.Equal((503, 1), (account.State.LastStatus, account.State.Failures));
        Assert.Empty(account.Wire);
    }

    [Fact]
    public void A_redirection_is_followed_but_not_for_ever_nor_to_ourselves()
    {
        var account = new AccountDriver();
        account.Wake();
        account.Answer(302, "Contact: <sip:x@198.51.100.41>;q=0.1, <sip:203.0.113.2>;q=0.9, <sip:198.51.100.42:5070>;q=0.5\r\n");
        Assert.Equal(("REGISTER sip:198.51.100.42:5070 SIP/2.0", "198.51.100.42:5070"), (account.Last.StartLine, account.Last.To.Remote.ToString()));
        account.Answer(503);
        Assert.Equal("REGISTER sip:198.51.100.41 SIP/2.0", account.Last.StartLine);
        account.Grant();
        Assert.True(account.State.IsBound(account.Now));

        // It is registered with the registrar that is configured, wherever that has sent us.
        account.Elapse(TimeSpan.FromSeconds(5));
        Assert.Equal(3, account.Wire.Count);
        account.Refresh();
        for (int i = 0; i < 4; i++)
        {
            account.Answer(302, "Contact: <sip:198.51.100.41>\r\n");
        }

        Assert.Equal((7, 302), (account.Wire.Count, account.State.LastStatus));
    }

    [Fact]
    public void What_is_configured_no_more_is_taken_away_once_and_nothing_stays()
    {
        var account = new AccountDriver();
        account.Register();
        account.Settings = AccountDriver.Configured(null);
        account.Elapse(TimeSpan.FromSeconds(5));

        // RFC 3261 section 10.2.2: 'an expiration interval of "0" for that contact address'.
        Assert.Equal(("3 REGISTER", "<sip:49301234@203.0.113.2:5060>;expires=0", "0"), (account.Last.Header("CSeq"), account.Last.Header("Contact"), account.Last.Header("Expires")));
        account.Answer(401, AccountDriver.Challenge("n2"));
        Assert.Equal("4 REGISTER", account.Last.Header("CSeq"));
        Assert.True(IsRight(account.Last, "p"));
        account.Answer(200);
        Assert.True(account.Stopped);
        Assert.Null(account.Row);
        Assert.Equal(4, account.Wire.Count);

        // Configured again it is another client: a registrar that remembers the numbers of the first does not mind.
        account.Settings = AccountDriver.Configured(AccountDriver.One);
        account.Elapse(TimeSpan.FromSeconds(5));
        account.Wake();
        Assert.Equal("1 REGISTER", account.Last.Header("CSeq"));
        Assert.NotEqual(account.Wire[0].Header("Call-ID"), account.Last.Header("Call-ID"));
    }

    [Fact]
    public void Taken_away_is_asked_for_once_also_if_nobody_answers()
    {
        var account = new AccountDriver();
        account.Register();
        account.Settings = AccountDriver.Configured(null);
        account.Elapse(TimeSpan.FromSeconds(60));
        Assert.True(account.Stopped);
        Assert.Single(account.Wire.Skip(2).Select(sent => sent.Text).Distinct());

        // What never was registered needs nothing; a request under way is waited for.
        var other = new AccountDriver();
        other.Wake();
        other.Settings = AccountDriver.Configured(null);
        other.Elapse(TimeSpan.FromSeconds(5));
        Assert.False(other.Stopped);
        other.Answer(404);
        Assert.True(other.Stopped);
    }

    [Fact]
    public void An_account_that_nobody_has_configured_does_not_begin()
    {
        var account = new AccountDriver(AccountDriver.Configured(null));
        account.Wake();
        Assert.True(account.Stopped);
        Assert.Empty(account.LastEffects);
    }

    [Fact]
    public void Another_contact_goes_out_at_once_together_with_the_end_of_the_old_one()
    {
        var account = new AccountDriver();
        account.Register();
        account.Settings = AccountDriver.Configured(AccountDriver.One with { ContactUser = "other" });
        account.Elapse(TimeSpan.FromSeconds(5));
        Assert.Contains("Contact: <sip:other@203.0.113.2:5060>;expires=3600\r\nContact: <sip:49301234@203.0.113.2:5060>;expires=0\r\n", account.Last.Text, StringComparison.Ordinal);
        account.Answer(200, "Contact: <sip:other@203.0.113.2:5060>;expires=3600\r\n");
        Assert.Equal("sip:other@203.0.113.2:5060", account.State.Bound!.Contact);
        account.Elapse(TimeSpan.FromMinutes(20));
        Assert.Equal(3, account.Wire.Count);
    }

    [Fact]
    public void Another_registrar_is_gone_to_when_the_old_one_has_been_told()
    {
        var account = new AccountDriver();
        account.Register();
        account.Settings = AccountDriver.Configured(AccountDriver.One with { Registrar = "sip:198.51.100.50" });
        account.Elapse(TimeSpan.FromSeconds(5));
        Assert.Equal(("REGISTER sip:carrier.test SIP/2.0", "0"), (account.Last.StartLine, account.Last.Header("Expires")));
        account.Answer(200);
        Assert.Equal(("REGISTER sip:198.51.100.50 SIP/2.0", "4 REGISTER", "3600"), (account.Last.StartLine, account.Last.Header("CSeq"), account.Last.Header("Expires")));
        account.Grant();
        account.Elapse(TimeSpan.FromSeconds(60));
        Assert.Equal(4, account.Wire.Count);
    }

    internal static bool IsRight(Sent request, string password)
    {
        byte[] value = System.Text.Encoding.Latin1.GetBytes(request.Header("Authorization"));
        return DigestCredentials.TryParse(value, out DigestCredentials credentials) && DigestResponse.Verify(credentials, password, "REGISTER"u8, default);
    }

    internal static uint Number(Sent request) => uint.Parse(request.Header("CSeq").Split(' ')[0], CultureInfo.InvariantCulture);

    private static string Branch(Sent request) => request.Header("Via").Split("branch=")[1].Split(';')[0];
}
