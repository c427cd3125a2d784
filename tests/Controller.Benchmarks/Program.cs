using Controller.Benchmarks.Calls;
using Controller.Benchmarks.Gate;
using Controller.Benchmarks.Harness;
using Controller.Benchmarks.Journals;
using Controller.Benchmarks.Links;
using Controller.Benchmarks.Messages;
using Controller.Benchmarks.Registrations;
using Controller.Benchmarks.Routing;

// [FILTER]          measures what has FILTER in its name: time and allocation of one operation; processor time where others work for it
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
    Print(Figure.WriteHeading, chosen.Select(benchmark => benchmark.Measure()));
    ProcessorBenchmark[] taking = [.. RegisterBenchmarks.Processor.Concat(JournalBenchmarks.Processor).Where(benchmark => benchmark.Name.Contains(filter, StringComparison.OrdinalIgnoreCase))];
    Print(ProcessorFigure.WriteHeading, taking.Select(benchmark => benchmark.Measure()));
    return chosen.Length + taking.Length > 0 ? 0 : 1;
}

static void Print<T>(Action<TextWriter> heading, IEnumerable<T> figures)
{
    bool any = false;
    foreach (T figure in figures)
    {
        if (!any)
        {
            heading(Console.Out);
            any = true;
        }

        Console.WriteLine(figure);
    }
}

static int Usage()
{
    Console.Error.WriteLine("[FILTER] | --gate FILE | --baseline FILE");
    return 2;
}
