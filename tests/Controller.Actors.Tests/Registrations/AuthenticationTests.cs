using Controller.Actors.Registrations;
using Controller.Sharding.Model;
using Controller.Sip.Digest;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Registrations;

public sealed class AuthenticationTests
{
    private const string Contact = "Contact: <sip:alice@192.0.2.4>";
    private readonly Registrar _registrar = new();

    // RFC 8760 section 2.3: "The UAS MUST [...] add these header fields in order of preference, with the most preferred algorithm first."
    [Fact]
    public void A_request_without_credentials_gets_two_challenges_and_leaves_nothing_behind()
    {
        SipMessage answer = _registrar.Register(Contact);

        Assert.Equal(401, answer.StatusCode);
        string[] challenges = Registrar.Lines(answer, HeaderId.WwwAuthenticate);
        Assert.Equal(2, challenges.Length);
        Assert.Contains("algorithm=SHA-256", challenges[0], StringComparison.Ordinal);
        Assert.Contains("algorithm=MD5", challenges[1], StringComparison.Ordinal);
        Assert.All(challenges, challenge => Assert.DoesNotContain("stale", challenge, StringComparison.Ordinal));
        Assert.Empty(_registrar.Last.Events);
        Assert.True(_registrar.Last.Stop);
    }

    [Theory]
    [InlineData(DigestAlgorithm.Sha256)]
    [InlineData(DigestAlgorithm.Md5)]
    public void The_right_password_binds(DigestAlgorithm algorithm)
    {
        SipMessage answer = _registrar.Register(Contact + "\r\n" + Registrar.Authorize(_registrar.FreshNonce(), algorithm: algorithm));

        Assert.Equal(200, answer.StatusCode);
        Assert.Equal(["<sip:alice@192.0.2.4>;expires=3600"], Registrar.Lines(answer, HeaderId.Contact));
        RegistrationEvent stored = Assert.Single(_registrar.Last.Events, happened => Registration.DurabilityOf(happened) != Durability.Volatile);
        Assert.Equal(Durability.Required, Registration.DurabilityOf(stored));
    }

    [Theory]
    [InlineData("alice", "wrong")]
    [InlineData("nobody", "wonderland")]
    [InlineData("nobody", "")]
    public void A_wrong_password_and_an_unknown_user_get_the_same_answer(string user, string password)
    {
        string nonce = _registrar.FreshNonce();
        byte[] request = _registrar.Request(Contact + "\r\n" + Registrar.Authorize(nonce, user: user, password: password));
        SipMessage answer = _registrar.Send(request);

        byte[] reference = System.Text.Encoding.UTF8.GetBytes(System.Text.Encoding.UTF8.GetString(request));
        string plain = Registrar.Text(_registrar.Send(Without(reference)));
        Assert.Equal(401, answer.StatusCode);
        Assert.Equal(plain, Registrar.Text(answer));
        Assert.Empty(_registrar.Last.Events);

        static byte[] Without(byte[] register)
        {
            string text = System.Text.Encoding.UTF8.GetString(register);
            int start = text.IndexOf("Authorization", StringComparison.Ordinal);
            return System.Text.Encoding.UTF8.GetBytes(text.Remove(start, text.IndexOf("\r\n", start, StringComparison.Ordinal) + 2 - start));
        }
    }

    // RFC 3261 section 10.3 step 4: "If the authenticated user is not authorized to modify bindings, the registrar MUST return a 403 (Forbidden)"
    [Fact]
    public void Another_user_may_not_bind_here()
    {
        SipMessage answer = _registrar.Register(Contact + "\r\n" + Registrar.Authorize(_registrar.FreshNonce(), user: "bob", password: "builder"));
        Assert.Equal(403, answer.StatusCode);
        Assert.Empty(_registrar.State.Bindings);
        Assert.All(_registrar.Last.Events, happened => Assert.Equal(Durability.Volatile, Registration.DurabilityOf(happened)));
    }

    // RFC 7616 section 3.4: "if the same nc value is seen twice, then the request is a replay."
    [Fact]
    public void A_nonce_count_is_accepted_once()
    {
        string nonce = _registrar.FreshNonce();
        Assert.Equal(200, _registrar.Register(Contact + "\r\n" + Registrar.Authorize(nonce, 1)).StatusCode);
        Assert.Equal(200, _registrar.Register(Contact + "\r\n" + Registrar.Authorize(nonce, 5)).StatusCode);
        foreach (uint nc in (uint[])[1, 4, 5])
        {
            SipMessage answer = _registrar.Register(Contact + "\r\n" + Registrar.Authorize(nonce, nc));
            Assert.Equal(401, answer.StatusCode);
            Assert.All(Registrar.Lines(answer, HeaderId.WwwAuthenticate), challenge => Assert.Contains("stale=true", challenge, StringComparison.Ordinal));
        }

        Assert.Equal(200, _registrar.Register(Contact + "\r\n" + Registrar.Authorize(nonce, 6)).StatusCode);
    }

    [Fact]
    public void Credentials_without_qop_are_accepted_once()
    {
        string line = Contact + "\r\n" + Registrar.Authorize(_registrar.FreshNonce(), qop: false);
        Assert.Equal(200, _registrar.Register(line).StatusCode);
        Assert.Equal(401, _registrar.Register(line).StatusCode);
    }

    /// <summary>Captured, then sent from elsewhere after the phone has gone and even after a crash: it would turn calls away.</summary>
    [Fact]
    public void A_captured_register_cannot_be_replayed_after_deregistration_and_a_crash()
    {
        string nonce = _registrar.FreshNonce();
        byte[] captured = _registrar.Request(Contact + "\r\n" + Registrar.Authorize(nonce, 1));
        Assert.Equal(200, _registrar.Send(captured).StatusCode);
        Assert.Equal(200, _registrar.Register("Contact: *\r\nExpires: 0\r\n" + Registrar.Authorize(nonce, 2)).StatusCode);
        RegistrationEvent[] stored = [.. _registrar.Last.Events.OfType<RegistrationEvent.BindingsReplaced>()];
        Flow elsewhere = Registrar.Phone with { Remote = new System.Net.IPEndPoint(System.Net.IPAddress.Parse("203.0.113.66"), 666) };

        Assert.Equal(401, _registrar.Send(captured, elsewhere).StatusCode);
        _registrar.Crash(stored);
        Assert.Equal(401, _registrar.Send(captured, elsewhere).StatusCode);
        Assert.Empty(_registrar.State.Bindings);
    }

    [Fact]
    public void An_old_nonce_with_the_right_password_is_stale_and_with_a_wrong_one_it_is_not()
    {
        string nonce = _registrar.FreshNonce();
        _registrar.Now = _registrar.Now.After(TimeSpan.FromMinutes(6));
        SipMessage right = _registrar.Register(Contact + "\r\n" + Registrar.Authorize(nonce));
        SipMessage wrong = _registrar.Register(Contact + "\r\n" + Registrar.Authorize(nonce, password: "x"));

        Assert.Contains("stale=true", Registrar.Text(right), StringComparison.Ordinal);
        Assert.Equal(401, wrong.StatusCode);
        Assert.DoesNotContain("stale", Registrar.Text(wrong), StringComparison.Ordinal);
    }

    [Fact]
    public void A_foreign_nonce_or_realm_is_no_credential()
    {
        Assert.Equal(401, _registrar.Register(Contact + "\r\n" + Registrar.Authorize("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")).StatusCode);
        Assert.Equal(401, _registrar.Register(Contact + "\r\n" + Registrar.Authorize(_registrar.FreshNonce(), realm: "other.test")).StatusCode);
        Assert.Equal(401, _registrar.Register(Contact + "\r\nAuthorization: Basic YWxpY2U6d29uZGVybGFuZA==").StatusCode);
        Assert.Equal(401, _registrar.Register(Contact + "\r\nAuthorization: Digest nonsense").StatusCode);
    }

    [Fact]
    public void The_one_credential_for_our_realm_is_found_among_several()
    {
        string nonce = _registrar.FreshNonce();
        SipMessage answer = _registrar.Register(
            Contact + "\r\n" + Registrar.Authorize(nonce, realm: "other.test") + "\r\n" + Registrar.Authorize(nonce));
        Assert.Equal(200, answer.StatusCode);
    }

    [Fact]
    public void Authentication_precedes_everything_that_could_tell_which_addresses_exist()
    {
        foreach (string to in (string[])["<sip:nobody@example.test>", "<sip:alice@elsewhere.test>", "<sip:example.test>"])
        {
            Assert.Equal(401, _registrar.Register(Contact, to: to).StatusCode);
        }
    }
}
