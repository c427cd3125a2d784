using System.Globalization;

namespace Controller.Host.Configuration.Keys;

/// <summary>HOCON, "Size in bytes format". A bare number is in bytes.</summary>
internal sealed class SizeKind(int least, int most) : KeyKind
{
    private const string Prefixes = "KMGTPEZY";
    private static readonly string[] Names = ["kilo", "mega", "giga", "tera", "peta", "exa", "zetta", "yotta"];

    public override string Expected => string.Create(CultureInfo.InvariantCulture, $"a size from {least} to {most} bytes, such as 64KiB or 65536");

    public static bool TryParse(string text, out decimal bytes)
    {
        bytes = 0;
        if (!UnitText.TrySplit(text, out decimal number, out string unit) || BytesOf(unit) is not { } factor)
        {
            return false;
        }

        try
        {
            bytes = decimal.Truncate(number * factor);
            return true;
        }
        catch (OverflowException)
        {
            return false;
        }
    }

    protected override KeyReading ReadText(string text)
        => TryParse(text, out decimal bytes) && bytes >= least && bytes <= most
            ? KeyReading.Ok((int)bytes, bytes.ToString(CultureInfo.InvariantCulture))
            : Refuse(text);

    // Powers of 1000: kB, MB, … kilobyte(s), …; powers of 1024: K, k, Ki, KiB, M, m, Mi, MiB, … kibibyte(s), …
    private static decimal? BytesOf(string unit)
    {
        if (unit is "" or "B" or "b" or "byte" or "bytes")
        {
            return 1;
        }

        for (int i = 0; i < Names.Length; i++)
        {
            string prefix = Prefixes[i].ToString();
            string thousand = (i == 0 ? "k" : prefix) + "B";
            string binary = Names[i][..2] + "bibyte";
            if (unit == thousand || unit == Names[i] + "byte" || unit == Names[i] + "bytes")
            {
                return Power(1000, i + 1);
            }

            if (unit == prefix || unit == char.ToLowerInvariant(Prefixes[i]).ToString() || unit == prefix + "i" || unit == prefix + "iB"
                || unit == binary || unit == binary + "s")
            {
                return Power(1024, i + 1);
            }
        }

        return null;
    }

    private static decimal Power(decimal number, int times)
    {
        decimal product = 1;
        for (int i = 0; i < times; i++)
        {
            product *= number;
        }

        return product;
    }
}
