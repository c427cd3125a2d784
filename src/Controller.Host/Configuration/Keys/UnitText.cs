using System.Globalization;

namespace Controller.Host.Configuration.Keys;

/// <summary>HOCON, "Units format": a number, optional spaces, an optional unit of letters.</summary>
internal static class UnitText
{
    public static bool TrySplit(string text, out decimal number, out string unit)
    {
        int end = text.Length;
        while (end > 0 && char.IsLetter(text[end - 1]))
        {
            end--;
        }

        unit = text[end..];
        return decimal.TryParse(
            text.AsSpan(0, end).TrimEnd(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }
}
