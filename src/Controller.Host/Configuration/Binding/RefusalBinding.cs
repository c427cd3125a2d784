using System.Collections.Immutable;
using Controller.Actors.Routing.Refusals;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: tables of refusals, and what their tests say.</summary>
internal static class RefusalBinding
{
    /// <param name="path">Of the table.</param>
    public static ImmutableArray<RefusalRule> Rows(KnownValues known, string path) => [.. Enumerable.Range(0, known.Count(path)).Select(i => Row(known, $"{path}[{i}]"))];

    public static void Check(KnownValues known, string path, ImmutableArray<RefusalRule> into, ImmutableArray<RefusalRule> outOf)
    {
        for (int i = 0; i < known.Count(path); i++)
        {
            string test = $"{path}[{i}]";
            if (!known.Has(test + ".status") || !known.Has(test + ".expect-status"))
            {
                continue;
            }

            var given = new Refusal(Number(known, test + ".status"), Number(known, test + ".cause"));
            var expected = new Refusal(Number(known, test + ".expect-status"), Number(known, test + ".expect-cause"));
            string direction = known.Get(test + ".direction", "");
            Refusal actual = RefusalRule.Map(direction == "in" ? into : outOf, given);
            if (actual != expected)
            {
                known.Report(test, $"the test fails: {direction}, {Text(given)} becomes {Text(actual)}; expected {Text(expected)}");
            }
        }
    }

    private static RefusalRule Row(KnownValues known, string path)
    {
        var row = new RefusalRule(Number(known, path + ".status"), Number(known, path + ".cause"), Number(known, path + ".to-status"), Number(known, path + ".to-cause"));
        if (row.Status == 0 && row.Cause == 0)
        {
            known.Report(path, "looks at nothing; expected status, cause or both");
        }

        if (row.ToStatus == 0 && row.ToCause == 0)
        {
            known.Report(path, "changes nothing; expected to-status, to-cause or both");
        }

        Untouched(known, path + ".status", row.Status);
        Untouched(known, path + ".to-status", row.ToStatus);
        return row;
    }

    private static void Untouched(KnownValues known, string path, int status)
    {
        if (RefusalRule.Untouched.Contains(status))
        {
            known.Report(path, $"{status} means nothing on the other side, or nothing without a header of its own; expected another than {string.Join(", ", RefusalRule.Untouched.Order())}");
        }
    }

    private static int Number(KnownValues known, string path) => known.FindValue<int>(path) ?? 0;

    private static string Text(Refusal refusal) => refusal.Cause == 0 ? $"{refusal.Status}" : $"{refusal.Status} with cause {refusal.Cause}";
}
