using System.Security.Cryptography;
using Controller.Sip.Digest;

namespace Controller.Sip.Tests.Digest;

public sealed class HmacSha256Tests
{
    // RFC 2104, beside the library's own.
    [Theory]
    [InlineData(0, 0)]
    [InlineData(32, 18)]
    [InlineData(63, 447)]
    [InlineData(64, 449)]
    [InlineData(65, 7)]
    [InlineData(200, 5000)]
    public void Is_the_one_of_the_library(int key, int text)
    {
        byte[] secret = Octets(key, 7), said = Octets(text, 3);
        var ours = new byte[HmacSha256.Length];
        HmacSha256.Compute(secret, said, ours);
        Assert.Equal(HMACSHA256.HashData(secret, said), ours);
    }

    private static byte[] Octets(int count, int step) => [.. Enumerable.Range(0, count).Select(i => (byte)(i * step))];
}
