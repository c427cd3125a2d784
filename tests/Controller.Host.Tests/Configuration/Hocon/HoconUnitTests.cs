using System.Globalization;
using Controller.Host.Configuration.Keys;

namespace Controller.Host.Tests.Configuration.Hocon;

/// <summary>The HOCON specification, "Units format".</summary>
public sealed class HoconUnitTests
{
    [Theory]
    [InlineData("200ms", 200)]
    [InlineData("200", 200)]
    [InlineData("1 s", 1000)]
    [InlineData("0.5s", 500)]
    [InlineData("1second", 1000)]
    [InlineData("3 seconds", 3000)]
    [InlineData("1milli", 1)]
    [InlineData("2 millis", 2)]
    [InlineData("1millisecond", 1)]
    [InlineData("2 milliseconds", 2)]
    [InlineData("2000us", 2)]
    [InlineData("2000 micro", 2)]
    [InlineData("2000 micros", 2)]
    [InlineData("1000 microsecond", 1)]
    [InlineData("2000 microseconds", 2)]
    [InlineData("2000000ns", 2)]
    [InlineData("2000000 nano", 2)]
    [InlineData("2000000 nanos", 2)]
    [InlineData("2000000 nanosecond", 2)]
    [InlineData("2000000 nanoseconds", 2)]
    [InlineData("5m", 300_000)]
    [InlineData("1 minute", 60_000)]
    [InlineData("2 minutes", 120_000)]
    [InlineData("12h", 43_200_000)]
    [InlineData("1hour", 3_600_000)]
    [InlineData("2hours", 7_200_000)]
    [InlineData("1d", 86_400_000)]
    [InlineData("1day", 86_400_000)]
    [InlineData("2 days", 172_800_000)]
    [InlineData("-1s", -1000)]
    public void Durations(string text, double milliseconds)
    {
        Assert.True(DurationKind.TryParse(text, out TimeSpan duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("s")]
    [InlineData("1 S")]
    [InlineData("1x")]
    [InlineData("1 s s")]
    [InlineData("1e3s")]
    [InlineData("99999999999999d")]
    [InlineData("79228162514264337593543950335d")]
    public void NoDurations(string text) => Assert.False(DurationKind.TryParse(text, out _));

    [Theory]
    [InlineData("65536", "65536")]
    [InlineData("1B", "1")]
    [InlineData("2 bytes", "2")]
    [InlineData("64KiB", "65536")]
    [InlineData("64K", "65536")]
    [InlineData("64k", "65536")]
    [InlineData("64Ki", "65536")]
    [InlineData("1 kibibyte", "1024")]
    [InlineData("2 kibibytes", "2048")]
    [InlineData("64kB", "64000")]
    [InlineData("1 kilobyte", "1000")]
    [InlineData("2 kilobytes", "2000")]
    [InlineData("0.5M", "524288")]
    [InlineData("1MB", "1000000")]
    [InlineData("1MiB", "1048576")]
    [InlineData("1 mebibyte", "1048576")]
    [InlineData("1g", "1073741824")]
    [InlineData("1GB", "1000000000")]
    [InlineData("1 gibibytes", "1073741824")]
    [InlineData("1TiB", "1099511627776")]
    [InlineData("1PB", "1000000000000000")]
    [InlineData("1EiB", "1152921504606846976")]
    [InlineData("1ZB", "1000000000000000000000")]
    [InlineData("1YB", "1000000000000000000000000")]
    [InlineData("1 yobibyte", "1208925819614629174706176")]
    public void Sizes(string text, string bytes)
    {
        Assert.True(SizeKind.TryParse(text, out decimal size));
        Assert.Equal(bytes, size.ToString(CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("")]
    [InlineData("KiB")]
    [InlineData("1KB")]
    [InlineData("1kiB")]
    [InlineData("1 XB")]
    [InlineData("999999999999YB")]
    public void NoSizes(string text) => Assert.False(SizeKind.TryParse(text, out _));
}
