using System.Collections.Immutable;
using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Causes;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: tables of the causes of BYE and CANCEL, and what their tests say.</summary>
internal static class CauseBinding
{
    /// <param name="path">Of the table.</param>
    public static ImmutableArray<CauseRule> Rows(KnownValues known, string path)
    {
        int count = known.Count(path);
        CauseRule[] rows = [.. Enumerable.Range(0, count).Select(i => new CauseRule(known.FindValue<int>($"{path}[{i}].cause") ?? 0, known.FindValue<int>($"{path}[{i}].to-cause") ?? 0))];
        for (int i = 1; i < count; i++)
        {
            if (rows.Take(i).Any(before => before.Cause == 0 || before.Cause == rows[i].Cause))
            {
                known.Report($"{path}[{i}]", "is never reached: a row before it matches as much; expected it before that one, or not at all");
            }
        }

        return [.. rows];
    }

    public static void Check(KnownValues known, string path, BoundaryRules rules)
    {
        for (int i = 0; i < known.Count(path); i++)
        {
            string test = $"{path}[{i}]";
            if (known.Find<string>(test + ".direction") is not { } direction || known.FindValue<int>(test + ".cause") is not { } given || known.FindValue<int>(test + ".expect-cause") is not { } expected)
            {
                continue;
            }

            int actual = CauseRule.Map(direction == "in" ? rules.CausesIn : rules.CausesOut, given);
            if (actual != expected)
            {
                known.Report(test, $"the test fails: {direction}, cause {given} becomes {actual}; expected {expected}");
            }
        }
    }
}
