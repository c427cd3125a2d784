using System.Globalization;

namespace Controller.Actors.Routing.Tables;

/// <summary>What a row says besides its prefix: 24 octets, once for all prefixes that it is the same for.</summary>
/// <param name="Price">In billionths.</param>
/// <param name="From">Minutes since 1970 (UTC), included.</param>
/// <param name="Until">Minutes since 1970 (UTC), no longer included.</param>
/// <param name="Trunk">Index of its name in the table.</param>
public readonly record struct RateRow(long Price, int From, int Until, ushort Trunk, ushort Priority, ushort Weight)
{
    public const int Always = int.MaxValue;

    /// <summary>Of <see cref="Price"/>.</summary>
    public const long Unit = 1_000_000_000;

    public bool IsValid(int minute) => From <= minute && minute < Until;

    /// <summary>For people.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"price {(decimal)Price / Unit}, priority {Priority}, weight {Weight}");
}
