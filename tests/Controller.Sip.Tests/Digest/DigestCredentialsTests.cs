using System.Text;
using Controller.Sip.Digest;

namespace Controller.Sip.Tests.Digest;

public class DigestCredentialsTests
{
    private const string Good = "Digest username=\"alice\", realm=\"example.test\", nonce=\"N\", uri=\"sip:bob@example.test\", response=\"R\"";

    [Fact]
    public void All_parameters_are_read_in_any_order_and_case()
    {
        Assert.True(DigestCredentials.TryParse(
            "  dIgEsT\r\n NC=0000000a , qop=auth,opaque=\"o\",CNONCE=\"c\",algorithm=sha-256,,response=\"R\",uri=\"sip:a@b;x=1,2\",nonce=\"n\",realm=\"r \\\"q\\\"\",username=\"u\""u8,
            out var credentials));
        Assert.Equal("u", Encoding.UTF8.GetString(credentials.Username));
        Assert.Equal("r \\\"q\\\"", Encoding.UTF8.GetString(credentials.Realm));
        Assert.Equal("n", Encoding.UTF8.GetString(credentials.Nonce));
        Assert.Equal("sip:a@b;x=1,2", Encoding.UTF8.GetString(credentials.Uri));
        Assert.Equal("R", Encoding.UTF8.GetString(credentials.Response));
        Assert.Equal("c", Encoding.UTF8.GetString(credentials.CNonce));
        Assert.Equal("o", Encoding.UTF8.GetString(credentials.Opaque));
        Assert.Equal("auth", Encoding.UTF8.GetString(credentials.Qop));
        Assert.Equal(10u, credentials.Nc);
        Assert.Equal(DigestAlgorithm.Sha256, credentials.Algorithm);
    }

    [Fact]
    public void Without_an_algorithm_it_is_MD5_and_an_unknown_one_is_named_so()
    {
        // RFC 7616 section 3.3: "If this is not present, it is assumed to be "MD5"."
        Assert.Equal(DigestAlgorithm.Md5, Parse(Good).Algorithm);
        Assert.Equal(DigestAlgorithm.Unknown, Parse(Good + ", algorithm=SHA3-512").Algorithm);
        Assert.False(DigestResponse.Verify(Parse(Good + ", algorithm=SHA3-512"), "secret", "INVITE"u8, default));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Digest")]
    [InlineData("Digest ")]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData("Digest username")]
    [InlineData("Digest username=")]
    [InlineData("Digest username=\"alice")]
    [InlineData("Digest =\"alice\"")]
    [InlineData("Digest username=\"alice\" realm=\"r\", nonce=\"N\", uri=\"u\", response=\"R\"")]
    [InlineData(Good + ", username=\"bob\"")]
    [InlineData(Good + ", qop=auth")]
    [InlineData(Good + ", qop=auth, nc=00000001")]
    [InlineData(Good + ", qop=auth, cnonce=\"c\", nc=1")]
    [InlineData(Good + ", qop=auth, cnonce=\"c\", nc=0000000g")]
    [InlineData(Good + ", qop=auth, cnonce=\"c\", nc=000000001")]
    [InlineData("Digest username=\"a\r\nb\", realm=\"r\", nonce=\"N\", uri=\"u\", response=\"R\"")]
    [InlineData("Digest username=\"alice\", realm=\"r\", nonce=\"N\", uri=\"u\"")]
    public void What_is_malformed_doubled_or_incomplete_is_refused(string value) =>
        Assert.False(DigestCredentials.TryParse(Encoding.UTF8.GetBytes(value), out _));

    [Theory]
    [InlineData("MD5-sess", "070d5153f5cdd40e3b6396bf096851b3")]
    [InlineData("SHA-256-sess", "52cfe16a711dd054d97f5a89e3a634090757ee3d7e223cc4fd95bb07d3cdb2f7")]
    [InlineData("SHA-512-256-sess", "671eac562a57e89d9c494f15b26d40155324da79b1ad64a545b62c14f95fb684")]
    public void A_session_variant_covers_nonce_and_cnonce(string algorithm, string response)
    {
        // RFC 7616 section 3.4.2. The expected values are from another implementation of the hash functions.
        var credentials = Parse(Good.Replace("\"R\"", $"\"{response}\"") + $", algorithm={algorithm}, cnonce=\"C\", nc=00000001, qop=auth");
        Assert.True(DigestResponse.Verify(credentials, "secret", "INVITE"u8, default));
        Assert.False(DigestResponse.Verify(credentials, "Secret", "INVITE"u8, default));
    }

    [Fact]
    public void Auth_int_covers_the_body()
    {
        var credentials = Parse(Good.Replace("\"R\"", "\"f9c02565f6f171f741ae13a794635d81\"") + ", cnonce=\"C\", nc=00000001, qop=auth-int");
        Assert.True(DigestResponse.Verify(credentials, "secret", "INVITE"u8, "v=0\r\n"u8));
        Assert.False(DigestResponse.Verify(credentials, "secret", "INVITE"u8, "v=1\r\n"u8));
    }

    [Fact]
    public void A_client_of_RFC_2069_without_qop_is_understood()
    {
        // RFC 2617 section 3.2.2.1: without qop "request-digest = <"> < KD ( H(A1), unq(nonce-value) ":" H(A2) ) >".
        Assert.True(DigestResponse.Verify(Parse(Good.Replace("\"R\"", "\"66145af223589799050c1cabada91b48\"")), "secret", "INVITE"u8, default));
        Assert.True(DigestResponse.Verify(Parse(Good.Replace("\"R\"", "\"66145AF223589799050C1CABADA91B48\"")), "secret", "INVITE"u8, default));
        Assert.False(DigestResponse.Verify(Parse(Good.Replace("\"R\"", "\"66145af223589799050c1cabada91b4\"")), "secret", "INVITE"u8, default));
        Assert.False(DigestResponse.Verify(Parse(Good.Replace("\"R\"", "\"\"")), "secret", "INVITE"u8, default));
    }

    [Fact]
    public void Verifying_allocates_nothing_and_long_values_fit()
    {
        var header = Encoding.UTF8.GetBytes(Good);
        Assert.True(DigestCredentials.TryParse(header, out var credentials));
        DigestResponse.Verify(credentials, "secret", "INVITE"u8, default);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            _ = DigestCredentials.TryParse(header, out credentials);
            DigestResponse.Verify(credentials, "secret", "INVITE"u8, default);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        var user = new string('u', 20_000);
        var uri = "sip:" + new string('x', 9_000);
        var response = DigestResponse.Compute(DigestAlgorithm.Sha256, user, "r", "p", "INVITE", uri, "n", null, null, null, default);
        var longOne = Encoding.UTF8.GetBytes($"Digest username=\"{user}\", realm=\"r\", nonce=\"n\", uri=\"{uri}\", response=\"{response}\", algorithm=SHA-256");
        Assert.True(DigestCredentials.TryParse(longOne, out var parsed));
        Assert.True(DigestResponse.Verify(parsed, "p", "INVITE"u8, default));
    }

    [Fact]
    public void Junk_never_throws()
    {
        var random = new Random(20261121);
        var seed = Encoding.UTF8.GetBytes(Good + ", algorithm=MD5, cnonce=\"C\", nc=00000001, qop=auth, opaque=\"\\\\\"");
        for (var round = 0; round < 20_000; round++)
        {
            var junk = seed.ToArray();
            for (var edits = random.Next(1, 8); edits > 0; edits--) junk[random.Next(junk.Length)] = (byte)random.Next(256);
            junk = junk[..random.Next(junk.Length + 1)];
            if (DigestCredentials.TryParse(junk, out var credentials)) DigestResponse.Verify(credentials, "secret", "INVITE"u8, default);
            _ = DigestChallenge.TryParse(junk, out _);
        }
    }

    private static DigestCredentials Parse(string value)
    {
        Assert.True(DigestCredentials.TryParse(Encoding.UTF8.GetBytes(value), out var credentials));
        return credentials;
    }
}
