using Controller.Actors.Tokens;

namespace Controller.Actors.Tests.Tokens;

public sealed class SipHashTests
{
    /// <summary>The vectors of the authors' reference for 128 bits: key and text are 0, 1, 2, …; those above three octets were checked with OpenSSL's SIPHASH.</summary>
    [Theory]
    [InlineData(0, "a3817f04ba25a8e66df67214c7550293")]
    [InlineData(1, "da87c1d86b99af44347659119b22fc45")]
    [InlineData(2, "8177228da4a45dc7fca38bdef60affe4")]
    [InlineData(3, "9c70b60c5267a94e5f33b6b02985ed51")]
    [InlineData(15, "5493e99933b0a8117e08ec0f97cfc3d9")]
    [InlineData(63, "5150d1772f50834a503e069a973fbd7c")]
    [InlineData(300, "ce005a406d14b36d5386b5f7a7e1b311")]
    public void Published_vectors(int length, string expected)
    {
        byte[] key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)], text = [.. Enumerable.Range(0, length).Select(i => (byte)i)];
        Span<byte> hash = stackalloc byte[SipHash.Length];
        SipHash.Compute(key, text, hash);
        Assert.Equal(expected, Convert.ToHexStringLower(hash));
    }
}
