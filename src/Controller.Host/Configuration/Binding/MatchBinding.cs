using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Controller.Actors.Policies;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: the conditions of a route that are more than one value.</summary>
internal static class MatchBinding
{
    private static readonly ImmutableArray<string> Days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    public static ImmutableArray<string> Texts(KnownValues known, string path) => [.. known.Get<object[]>(path, []).Cast<string>()];

    public static ImmutableArray<HeaderCondition> Headers(KnownValues known, string path)
    {
        var headers = ImmutableArray.CreateBuilder<HeaderCondition>();
        for (int i = 0; i < known.Count(path); i++)
        {
            string item = $"{path}[{i}]";
            bool present = known.Get(item + ".present", true);
            Regex? matches = known.Find<Regex>(item + ".matches");
            if (!present && matches is not null)
            {
                known.Report(item + ".matches", "what must not be there cannot match; expected present = true, or no matches");
            }

            if (known.Find<string>(item + ".name") is { } name)
            {
                headers.Add(new HeaderCondition(name, present, matches));
            }
        }

        return headers.ToImmutable();
    }

    public static RouteHours? Hours(KnownValues known, string path)
    {
        bool from = known.Has(path + ".from");
        if (from != known.Has(path + ".to"))
        {
            known.Report(path, "from and to belong together; expected both or neither");
        }

        ImmutableArray<DayOfWeek> days = [.. Texts(known, path + ".days").Select(day => (DayOfWeek)Days.IndexOf(day))];
        return from || !days.IsEmpty ? new RouteHours(days, known.Get(path + ".from", TimeOnly.MinValue), known.Get(path + ".to", TimeOnly.MinValue)) : null;
    }
}
