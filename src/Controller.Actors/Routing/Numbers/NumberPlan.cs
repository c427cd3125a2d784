using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Controller.Actors.Routing.Numbers;

/// <summary>
/// The dialling habits of one country (E.164, E.123). Inside, a number of the world begins with a plus and every other one is somebody's own: so what has been
/// normalised is never normalised again, and what has been put into a form is never formed again.
/// </summary>
public sealed record NumberPlan
{
    /// <summary>ITU-T E.164 section 6: an international number has 15 digits at most.</summary>
    private const int MostDigits = 15;

    /// <summary>E.164 country code, 1 to 3 digits.</summary>
    public required string Country { get; init; }

    /// <summary>Dialled before the country code of another country; may be empty.</summary>
    public string InternationalPrefix { get; init; } = "00";

    /// <summary>Dialled before the number of another area; empty if whole national numbers are dialled without one.</summary>
    public string NationalPrefix { get; init; } = "0";

    /// <summary>Extensions, short codes: whole numbers that stay as they are.</summary>
    public ImmutableArray<Regex> Private { get; init; } = [];

    /// <summary>Emergency numbers: the routes know them as they are dialled, whatever a number without a prefix is otherwise.</summary>
    public ImmutableHashSet<string> Emergency { get; init; } = [];

    /// <param name="number">Digits, with or without a plus before them.</param>
    /// <param name="written">How the side that sends it writes numbers: where that is <see cref="NumberForm.International"/>, a number without any prefix begins with a country code.</param>
    /// <returns>"+" and digits; the number itself if it is none of the world.</returns>
    public string Normalise(string number, NumberForm written = NumberForm.AsIs)
    {
        if (number.StartsWith('+') || Emergency.Contains(number) || Private.Any(range => range.IsMatch(number)))
        {
            return number;
        }

        string digits = InternationalPrefix.Length > 0 && number.StartsWith(InternationalPrefix, StringComparison.Ordinal) ? number[InternationalPrefix.Length..]
            : written == NumberForm.International ? number
            : number.StartsWith(NationalPrefix, StringComparison.Ordinal) ? Country + number[NationalPrefix.Length..]
            : "";

        // E.164 section 6: no country code begins with 0.
        return digits.Length > Country.Length && digits.Length <= MostDigits && digits[0] != '0' ? "+" + digits : number;
    }

    /// <summary>A number of the world as one side writes it; any other stays.</summary>
    public string Write(string number, NumberForm form)
    {
        if (!number.StartsWith('+'))
        {
            return number;
        }

        return form switch
        {
            NumberForm.National when number.AsSpan(1).StartsWith(Country, StringComparison.Ordinal) && NationalPrefix + number[(1 + Country.Length)..] is var national

                // What would be read as another number (+4900… as 000…) is written in full.
                && Normalise(national, form) == number => national,
            NumberForm.National => InternationalPrefix + number[1..],
            NumberForm.International => number[1..],
            _ => number,
        };
    }
}
