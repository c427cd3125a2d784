using System.Globalization;

namespace Controller.Benchmarks.Gate;

/// <summary>Compares what is counted with what was counted when the baseline was written.</summary>
internal static class CounterGate
{
    private const double Allowed = 1.10;

    private static readonly string[] Heading =
    [
        "# What a call and a message cost in things that can be counted. tests/run fails where more than a tenth has been added.",
        "# Written by tests/bench/gate --write; a change of this file needs a reason in its commit message.",
    ];

    public static int Write(string file)
    {
        File.WriteAllLines(file, Heading.Concat(Counters.Count().Select(counter => $"{counter.Key} = {Text(counter.Value)}")));
        return 0;
    }

    public static int Check(string file)
    {
        Dictionary<string, double> baseline = File.ReadLines(file).Where(line => !line.StartsWith('#')).Select(line => line.Split(" = "))
            .ToDictionary(parts => parts[0], parts => double.Parse(parts[1], CultureInfo.InvariantCulture));
        SortedDictionary<string, double> counted = Counters.Count();
        string[] wrong = [.. baseline.Keys.Except(counted.Keys).Select(name => $"{name}: is in the baseline and not counted any more"),
            .. counted.Select(counter => Objection(counter.Key, counter.Value, baseline)).OfType<string>()];
        foreach ((string name, double value) in counted)
        {
            Console.WriteLine($"{name} = {Text(value)}{(baseline.TryGetValue(name, out double was) ? $" (baseline {Text(was)})" : "")}");
        }

        foreach (string line in wrong)
        {
            Console.WriteLine($"GREW {line}");
        }

        return wrong.Length == 0 ? 0 : 1;
    }

    private static string? Objection(string name, double value, Dictionary<string, double> baseline) =>
        !baseline.TryGetValue(name, out double was) ? $"{name}: is not in the baseline"
        : value > was * Allowed ? $"{name}: {Text(value)}, the baseline has {Text(was)}"
        : null;

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
