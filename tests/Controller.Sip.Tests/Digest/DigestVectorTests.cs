using System.Text;
using System.Text.Json;
using Controller.Sip.Digest;
using Controller.Sip.Tests.Transactions;

namespace Controller.Sip.Tests.Digest;

/// <summary>The printed examples of RFC 2617 and RFC 7616, with the one that is wrong in print corrected (erratum 4897).</summary>
public class DigestVectorTests
{
    public static TheoryData<string> Sources()
    {
        var sources = new TheoryData<string>();
        foreach (var vector in Vectors()) sources.Add(vector.GetProperty("source").GetString()!);
        return sources;
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void The_response_is_the_published_one(string source)
    {
        var vector = Vectors().Single(v => v.GetProperty("source").GetString() == source);
        string Text(string name) => vector.GetProperty(name).GetString()!;
        var algorithm = DigestAlgorithms.Parse(Encoding.ASCII.GetBytes(Text("algorithm")));

        var response = DigestResponse.Compute(
            algorithm, Text("username"), Text("realm"), Text("password"), Text("method"), Text("uri"), Text("nonce"), Text("nc"), Text("cnonce"), Text("qop"), default);
        Assert.Equal(Text("computed_response"), response);

        var header = Encoding.UTF8.GetBytes(
            $"Digest username=\"{Text("username")}\", realm=\"{Text("realm")}\", nonce=\"{Text("nonce")}\", uri=\"{Text("uri")}\", response=\"{response}\", " +
            $"algorithm={Text("algorithm")}, cnonce=\"{Text("cnonce")}\", qop={Text("qop")}, nc={Text("nc")}");
        Assert.True(DigestCredentials.TryParse(header, out var credentials));
        Assert.True(DigestResponse.Verify(credentials, Text("password"), Encoding.ASCII.GetBytes(Text("method")), default));
        Assert.False(DigestResponse.Verify(credentials, Text("password") + "x", Encoding.ASCII.GetBytes(Text("method")), default));
        Assert.False(DigestResponse.Verify(credentials, Text("password"), "REGISTER"u8, default));

        var stored = Encoding.ASCII.GetBytes(DigestResponse.HashOfSecret(algorithm, Text("username"), Text("realm"), Text("password")));
        Assert.True(DigestResponse.VerifyHash(credentials, stored, Encoding.ASCII.GetBytes(Text("method")), default));
    }

    [Fact]
    public void All_vectors_are_there() => Assert.Equal(4, Vectors().Count);

    // FIPS 180-4: example "abc" of the NIST cryptographic standards pages; the others from another implementation, at the block boundaries.
    [Theory]
    [InlineData(0, "c672b8d1ef56ed28ab87c3622c5114069bdd3ad7b8f9737498d0c01ecef0967a")]
    [InlineData(3, "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23")]
    [InlineData(111, "0239e429f98d0ed61ee8e2a7c30afe98c1c3a80ce5dff62a107e9c538f7632ce")]
    [InlineData(112, "9216b5303edb66504570bee90e48ea5beaa5e9fe9f760bbd3e0460559fc005f6")]
    [InlineData(127, "2fe3b2a6ee7e12f6fe4ba82166541ad9b4ed882c493581cbe300d68f3757b778")]
    [InlineData(128, "b88f97e274f9c1d49f181c8cbd01a9c74930ad055a46ac4499a1d601f1c80bf2")]
    [InlineData(300, "19f6f40dff1362d4798293b101b08b0e7d6ca4748780c164701ecce2412e3d17")]
    public void Sha_512_256_is_that_of_FIPS_180_4(int length, string expected)
    {
        var text = length == 3 ? "abc" : new string('a', length);
        var hash = new byte[Sha512256.Length];
        Sha512256.Hash(Encoding.ASCII.GetBytes(text), hash);
        Assert.Equal(expected, Convert.ToHexStringLower(hash));
    }

    private static List<JsonElement> Vectors() =>
        [.. JsonDocument.Parse(File.ReadAllText(Golden.PathOf("Digest/digest-vectors.json"))).RootElement.EnumerateArray()];
}
