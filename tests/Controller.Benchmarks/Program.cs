using Controller.Benchmarks.Calls;
using Controller.Benchmarks.Gate;
using Controller.Benchmarks.Harness;
using Controller.Benchmarks.Journals;
using Controller.Benchmarks.Links;
using Controller.Benchmarks.Messages;
using Controller.Benchmarks.Registrations;
using Controller.Benchmarks.Routing;

// [FILTER]          measures what has FILTER in its name: time and allocation of one operation
// --gate FILE       counts, and fails where more than a tenth has been added to what the file says
// --baseline FILE   counts, and writes the file
return args switch
{
    ["--gate", var baseline] => CounterGate.Check(baseline),
    ["--baseline", var baseline] => CounterGate.Write(baseline),
    [] or [not ['-', ..]] => Measure(args.FirstOrDefault(""), MessageBenchmarks.All, CallBenchmarks.All, RouteBenchmarks.All, RegisterBenchmarks.All, LinkBenchmarks.All, JournalBenchmarks.All),
    _ => Usage(),
};

static int Measure(string filter, params IEnumerable<Benchmark>[] groups)
{
    Benchmark[] chosen = [.. groups.SelectMany(group => group).Where(benchmark => benchmark.Name.Contains(filter, StringComparison.OrdinalIgnoreCase))];
    Figure.WriteHeading(Console.Out);
    foreach (Benchmark benchmark in chosen)
    {
        Console.WriteLine(benchmark.Measure());
    }

    return chosen.Length > 0 ? 0 : 1;
}

static int Usage()
{
    Console.Error.WriteLine("[FILTER] | --gate FILE | --baseline FILE");
    return 2;
}
