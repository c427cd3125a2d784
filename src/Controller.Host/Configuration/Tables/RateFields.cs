using System.Globalization;
using Controller.Actors.Routing.Tables;

namespace Controller.Host.Configuration.Tables;

/// <summary>The fields of a row: each read as what its column holds.</summary>
internal static class RateFields
{
    private static readonly string[] Dates = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK"];

    /// <returns>Null if it is good, else what is wrong and what was expected.</returns>
    public static string? Read(RateColumns columns, ReadOnlySpan<char> line, ReadOnlySpan<Range> fields, RateTableBuilder table, out ulong prefix, out RateRow row)
    {
        row = default;
        prefix = RatePrefix.Parse(Field(line, fields, columns.Prefix));
        if (prefix == 0)
        {
            return $"the prefix is not one; expected up to {RatePrefix.MostDigits} digits, with or without a +";
        }

        ReadOnlySpan<char> trunk = Field(line, fields, columns.Trunk);
        if (trunk.IsEmpty || trunk.Length > 63)
        {
            return "the trunk is missing; expected its name";
        }

        if (Price(Field(line, fields, columns.Price)) is not { } price)
        {
            return "the price is not one; expected a number such as 0.0125, with nine decimals at most";
        }

        if (Number(line, fields, columns.Priority, 1) is not { } priority || Number(line, fields, columns.Weight, 1) is not { } weight)
        {
            return "priority or weight is not one; expected a whole number from 0 to 65535";
        }

        if (Minute(line, fields, columns.ValidFrom, 0) is not { } from || Minute(line, fields, columns.ValidUntil, RateRow.Always) is not { } until || from >= until)
        {
            return "the validity is none; expected valid-from before valid-until, each like 2026-12-31 or 2026-12-31T18:00Z";
        }

        if (table.Trunk(trunk) is not { } index)
        {
            return "more than 65536 trunks";
        }

        row = new RateRow(price, from, until, index, priority, weight);
        return null;
    }

    private static ReadOnlySpan<char> Field(ReadOnlySpan<char> line, ReadOnlySpan<Range> fields, int column)
    {
        ReadOnlySpan<char> field = line[fields[column]].Trim();
        return field is ['"', .. var inner, '"'] ? inner.Trim() : field;
    }

    private static long? Price(ReadOnlySpan<char> text)
    {
        long whole = 0;
        int decimals = -1;
        foreach (char letter in text)
        {
            if (letter == '.' && decimals < 0)
            {
                decimals = 0;
            }
            else if (char.IsAsciiDigit(letter) && whole < RateRow.Unit * 100_000 && decimals < 9)
            {
                whole = (whole * 10) + (letter - '0');
                decimals += decimals < 0 ? 0 : 1;
            }
            else
            {
                return null;
            }
        }

        for (decimals = Math.Max(decimals, 0); decimals < 9; decimals++)
        {
            whole = whole > long.MaxValue / 10 ? -1 : whole * 10;
            if (whole < 0)
            {
                return null;
            }
        }

        return text.IsEmpty || text is "." ? null : whole;
    }

    private static ushort? Number(ReadOnlySpan<char> line, ReadOnlySpan<Range> fields, int column, ushort absent)
    {
        ReadOnlySpan<char> text = column < 0 ? [] : Field(line, fields, column);
        return text.IsEmpty ? absent : ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number) ? number : null;
    }

    private static int? Minute(ReadOnlySpan<char> line, ReadOnlySpan<Range> fields, int column, int absent)
    {
        ReadOnlySpan<char> text = column < 0 ? [] : Field(line, fields, column);
        if (text.IsEmpty)
        {
            return absent;
        }

        return DateTimeOffset.TryParseExact(text, Dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at) && at.Year is >= 1970 and < 6000
            ? (int)(at.ToUnixTimeSeconds() / 60)
            : null;
    }
}
