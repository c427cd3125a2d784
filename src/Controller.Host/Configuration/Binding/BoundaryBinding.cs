using System.Collections.Immutable;
using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Headers;
using Controller.Actors.Routing.Numbers;
using Controller.Sip.Messages;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: numbers and header rules of a trunk or a realm, and what their tests say.</summary>
internal static class BoundaryBinding
{
    private const int MostRules = 100;

    /// <param name="owner">Path of the trunk or the realm.</param>
    public static BoundaryRules Bind(KnownValues known, string owner, ImmutableDictionary<string, NumberPlan> plans)
    {
        int before = known.Problems.Count;
        var rules = new BoundaryRules
        {
            In = Rules(known, owner + ".headers.in"),
            Out = Rules(known, owner + ".headers.out"),
            RefusalsIn = RefusalBinding.Rows(known, owner + ".refusals.in"),
            RefusalsOut = RefusalBinding.Rows(known, owner + ".refusals.out"),
            CausesIn = CauseBinding.Rows(known, owner + ".causes.in"),
            CausesOut = CauseBinding.Rows(known, owner + ".causes.out"),
            CodecsIn = CodecBinding.Rules(known, owner + ".codecs.in"),
            CodecsOut = CodecBinding.Rules(known, owner + ".codecs.out"),
            Numbers = NumberPlanBinding.Policy(known, owner, plans),
        };

        // What is wrong already would make its tests fail as well.
        if (known.Problems.Count == before)
        {
            Check(known, owner + ".headers.tests", rules);
            CauseBinding.Check(known, owner + ".causes.tests", rules);
            CodecBinding.Check(known, owner + ".codecs.tests", rules);
            RefusalBinding.Check(known, owner + ".refusals.tests", rules.RefusalsIn, rules.RefusalsOut);
        }

        return IsNone(rules) ? BoundaryRules.None : rules;
    }

    private static bool IsNone(BoundaryRules rules) =>
        rules.In.IsEmpty && rules.Out.IsEmpty && rules.RefusalsIn.IsEmpty && rules.RefusalsOut.IsEmpty
        && rules.CausesIn.IsEmpty && rules.CausesOut.IsEmpty && rules.CodecsIn.IsNone && rules.CodecsOut.IsNone && rules.Numbers is null;

    private static ImmutableArray<HeaderRule> Rules(KnownValues known, string path)
    {
        int count = known.Count(path);
        if (count > MostRules)
        {
            known.Report(path, $"{count} rules; expected no more than {MostRules}");
        }

        return [.. Enumerable.Range(0, count).Select(i => HeaderRuleBinding.Rule(known, $"{path}[{i}]")).OfType<HeaderRule>()];
    }

    private static void Check(KnownValues known, string path, BoundaryRules rules)
    {
        for (int i = 0; i < known.Count(path); i++)
        {
            string test = $"{path}[{i}]";
            if (known.Find<object[]>(test + ".given") is not { } given || known.Find<object[]>(test + ".expect") is not { } expected)
            {
                continue;
            }

            int status = known.FindValue<int>(test + ".status") ?? 0;
            string direction = known.Get(test + ".direction", "");
            SipMethod method = SipMethods.Parse(System.Text.Encoding.ASCII.GetBytes(known.Get(test + ".method", "INVITE")));
            MessageHead head = MessageHead.Of(method, status, status == 0 ? known.Get(test + ".uri", "") : "", given.Cast<string>().Select(HeaderRuleBinding.Octets));
            HeaderRules.Apply(direction == "in" ? rules.In : rules.Out, head);
            string actual = HeaderRuleBinding.Text(string.Join(" | ", head.Lines));
            string wanted = string.Join(" | ", expected.Cast<string>());
            if (actual != wanted)
            {
                known.Report(test, $"the test fails: {direction}, the headers become [{actual}]; expected [{wanted}]");
            }
        }
    }
}
