using System.Text;
using Controller.Sip.Digest;

namespace Controller.Sip.Tests.Digest;

public class DigestChallengeTests
{
    [Fact]
    public void A_challenge_reads_as_written()
    {
        var text = DigestChallenge.Write("the \"realm\" \\ x", "nonce", DigestAlgorithm.Sha256, stale: true, "o");
        Assert.Equal("Digest realm=\"the \\\"realm\\\" \\\\ x\", nonce=\"nonce\", opaque=\"o\", stale=true, algorithm=SHA-256, qop=\"auth\"", text);
        Assert.True(DigestChallenge.TryParse(Encoding.UTF8.GetBytes(text), out var challenge));
        Assert.Equal(DigestAlgorithm.Sha256, challenge.Algorithm);
        Assert.True(challenge.Stale);
        Assert.True(challenge.OffersAuth);
    }

    [Theory]
    [InlineData("Digest realm=\"r\", nonce=\"n\", algorithm=MD4")]
    [InlineData("Digest realm=\"r\", nonce=\"n\", qop=\"auth-int\"")]
    [InlineData("Digest nonce=\"n\"")]
    [InlineData("NTLM realm=\"r\", nonce=\"n\"")]
    [InlineData("Digest realm=\"r")]
    public void One_that_we_cannot_answer_is_refused_so_that_the_next_is_tried(string value) =>
        Assert.False(DigestChallenge.TryParse(Encoding.UTF8.GetBytes(value), out _));

    [Theory]
    [InlineData("Digest realm=\"a \\\"b\\\"\", nonce=\"n\\\\m\", qop=\"auth-int, auth\", opaque=\"op\", algorithm=SHA-512-256")]
    [InlineData("Digest realm=\"r\", nonce=\"n\", qop=\"auth\"")]
    [InlineData("Digest realm=\"r\", nonce=\"n\"")]
    [InlineData("Digest realm=\"r\", nonce=\"n\", algorithm=MD5-sess, qop=auth")]
    public void What_the_client_answers_the_server_accepts(string value)
    {
        Assert.True(DigestChallenge.TryParse(Encoding.UTF8.GetBytes(value), out var challenge));
        var answer = DigestResponse.Answer(challenge, "al\"ice", "secret", "INVITE", "sip:bob@example.test", 3, "c0ffee");

        Assert.True(DigestCredentials.TryParse(Encoding.UTF8.GetBytes(answer), out var credentials));
        Assert.True(DigestResponse.Verify(credentials, "secret", "INVITE"u8, default));
        Assert.False(DigestResponse.Verify(credentials, "secret2", "INVITE"u8, default));
        Assert.Equal(challenge.Realm.ToArray(), credentials.Realm.ToArray());
        Assert.Equal(challenge.Nonce.ToArray(), credentials.Nonce.ToArray());

        // RFC 7616 section 3.4: the opaque value is returned unchanged; nc and cnonce only with a qop (RFC 2617 section 3.2.2).
        Assert.Equal(challenge.Opaque.ToArray(), credentials.Opaque.ToArray());
        Assert.Equal(challenge.OffersAuth ? 3u : 0u, credentials.Nc);
    }

    [Fact]
    public void A_nonce_is_valid_then_stale_and_foreign_to_others()
    {
        var secret = "0123456789abcdef0123456789abcdef"u8;
        const long made = 1_800_000_000_000;
        var nonce = Encoding.ASCII.GetBytes(StatelessNonce.Make(secret, "example.test", made));
        var lifetime = TimeSpan.FromMinutes(5);

        Assert.Equal(NonceVerdict.Valid, StatelessNonce.Check(secret, "example.test", nonce, made, lifetime));
        Assert.Equal(NonceVerdict.Valid, StatelessNonce.Check(secret, "example.test", nonce, made + 300_000, lifetime));
        Assert.Equal(NonceVerdict.Stale, StatelessNonce.Check(secret, "example.test", nonce, made + 300_001, lifetime));
        Assert.Equal(NonceVerdict.Valid, StatelessNonce.Check(secret, "example.test", nonce, made - 1_000, lifetime));
        Assert.Equal(NonceVerdict.Stale, StatelessNonce.Check(secret, "example.test", nonce, made - 600_000, lifetime));
        Assert.Equal(NonceVerdict.Foreign, StatelessNonce.Check(secret, "other.test", nonce, made, lifetime));
        Assert.Equal(NonceVerdict.Foreign, StatelessNonce.Check("another secret"u8, "example.test", nonce, made, lifetime));
        Assert.Equal(NonceVerdict.Foreign, StatelessNonce.Check(secret, "example.test", ""u8, made, lifetime));
        Assert.Equal(NonceVerdict.Foreign, StatelessNonce.Check(secret, "example.test", "not base64 at all, but 32 long.."u8, made, lifetime));
        for (var i = 0; i < nonce.Length; i++)
        {
            var forged = nonce.ToArray();
            forged[i] = forged[i] == 'A' ? (byte)'B' : (byte)'A';
            Assert.Equal(NonceVerdict.Foreign, StatelessNonce.Check(secret, "example.test", forged, made, lifetime));
        }
    }
}
