using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Controller.Actors.Routing.Numbers;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: number plans, and what their tests say.</summary>
internal static class NumberPlanBinding
{
    public static ImmutableDictionary<string, NumberPlan> Bind(KnownValues known)
        => known.Names("number-plans").ToImmutableDictionary(name => name, name => Plan(known, $"number-plans.{Hocon.HoconPath.WriteElement(name)}"), StringComparer.Ordinal);

    /// <summary>Null if none is meant, or the one that is does not exist.</summary>
    /// <param name="owner">Path of the trunk or the realm.</param>
    public static NumberPolicy? Policy(KnownValues known, string owner, ImmutableDictionary<string, NumberPlan> plans)
    {
        string path = owner + ".numbers";
        NumberForm form = known.Get(path + ".form", "") switch { "e164" => NumberForm.E164, "national" => NumberForm.National, "international" => NumberForm.International, _ => NumberForm.AsIs };
        NumberScheme scheme = known.Get(path + ".uri", "") switch { "sip" => NumberScheme.Sip, "tel" => NumberScheme.Tel, _ => NumberScheme.AsIs };
        UserPhone userPhone = known.Get(path + ".user-phone", "") switch { "add" => UserPhone.Add, "remove" => UserPhone.Remove, _ => UserPhone.AsIs };
        if (known.Find<string>(path + ".plan") is not { } name)
        {
            if (form != NumberForm.AsIs || scheme != NumberScheme.AsIs || userPhone != UserPhone.AsIs || known.Count(path + ".tests") > 0)
            {
                known.Report(path, "says how numbers are written, and of no plan; expected plan, the name of one of controller.number-plans");
            }

            return null;
        }

        if (!plans.TryGetValue(name, out NumberPlan? plan))
        {
            known.Report(path + ".plan", $"number plan {name} is not defined; expected {RealmCheck.List("controller.number-plans", plans.Keys)}");
            return null;
        }

        // RFC 3966 section 5.1.5: a number that is not global needs a context in a tel URI.
        if (scheme == NumberScheme.Tel && form is NumberForm.National or NumberForm.International)
        {
            known.Report(path + ".uri", "tel is for numbers with a plus; expected form = e164 or as-is with it");
        }

        var policy = new NumberPolicy(plan, form, scheme, userPhone);
        Check(known, path, policy);
        return policy;
    }

    private static NumberPlan Plan(KnownValues known, string path)
    {
        var plan = new NumberPlan
        {
            Country = known.Get(path + ".country", "0"),
            InternationalPrefix = known.Get(path + ".international-prefix", "00"),
            NationalPrefix = known.Get(path + ".national-prefix", "0"),
            Private = [.. known.Get<object[]>(path + ".private", []).Cast<Regex>()],
            Emergency = [.. known.Get<object[]>("emergency.numbers", []).Cast<string>()],
        };
        for (int i = 0; i < known.Count(path + ".tests") && known.Has(path + ".country"); i++)
        {
            string test = $"{path}.tests[{i}]";
            if (known.Find<string>(test + ".given") is { } given && known.Find<string>(test + ".expect") is { } expected && plan.Normalise(given) is var actual && actual != expected)
            {
                known.Report(test, $"the test fails: {given} becomes {actual}; expected {expected}");
            }
        }

        return plan;
    }

    private static void Check(KnownValues known, string path, NumberPolicy policy)
    {
        for (int i = 0; i < known.Count(path + ".tests"); i++)
        {
            string test = $"{path}.tests[{i}]";
            if (known.Find<string>(test + ".direction") is { } direction && known.Find<string>(test + ".given") is { } given && known.Find<string>(test + ".expect") is { } expected)
            {
                string actual = direction == "in" ? policy.TakenIn(given) : policy.SentOut(given, "host.invalid");
                if (actual != expected)
                {
                    known.Report(test, $"the test fails: {direction}, {given} becomes {actual}; expected {expected}");
                }
            }
        }
    }
}
