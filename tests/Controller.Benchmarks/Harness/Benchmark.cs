using System.Diagnostics;
using System.Runtime;

namespace Controller.Benchmarks.Harness;

/// <summary>One thing that is measured: warmed until the just-in-time compiler has finished with it, then in rounds of which the median counts.</summary>
/// <param name="Prepare">Makes what is needed, before anything is measured.</param>
/// <param name="Shared">Other threads work for it: what they allocate counts, too.</param>
internal sealed record Benchmark(string Name, Func<Subject> Prepare, bool Shared = false)
{
    private const int Rounds = 15;
    private static readonly TimeSpan Warm = TimeSpan.FromMilliseconds(800), Still = TimeSpan.FromMilliseconds(400), Longest = TimeSpan.FromSeconds(8), Round = TimeSpan.FromMilliseconds(80);

    public Figure Measure()
    {
        using Subject subject = Prepare();
        int operations = WarmUp(subject);
        var nanoseconds = new double[Rounds];
        long allocated = 0;
        for (int round = 0; round < Rounds; round++)
        {
            GC.Collect();
            long before = Allocated();
            long began = Stopwatch.GetTimestamp();
            subject.Run(operations);
            nanoseconds[round] = Stopwatch.GetElapsedTime(began).TotalNanoseconds / operations;
            allocated += Allocated() - before;
        }

        Array.Sort(nanoseconds);
        return new Figure(Name, nanoseconds[Rounds / 2], nanoseconds[0], nanoseconds[^1], (double)allocated / Rounds / operations);
    }

    /// <returns>How many operations make a round.</returns>
    private static int WarmUp(Subject subject)
    {
        long began = Stopwatch.GetTimestamp();
        int operations = 1;
        TimeSpan last = TimeSpan.Zero;
        long compiled = 0, compiledAt = began;
        while (Stopwatch.GetElapsedTime(began) is var warmed && (warmed < Warm || last < Round || (Stopwatch.GetElapsedTime(compiledAt) < Still && warmed < Longest)))
        {
            operations = last < Round ? operations * 2 : operations;
            long start = Stopwatch.GetTimestamp();
            subject.Run(operations);
            last = Stopwatch.GetElapsedTime(start);

            // The compiler works in the background, step by step: it has finished when nothing more comes of it.
            if (JitInfo.GetCompiledMethodCount() is var count && count != compiled)
            {
                (compiled, compiledAt) = (count, Stopwatch.GetTimestamp());
            }
        }

        int wanted = (int)(operations * (Round / last));
        return (Math.Max(0, wanted - 1) / subject.Together + 1) * subject.Together;
    }

    private long Allocated() => Shared ? GC.GetTotalAllocatedBytes(precise: true) : GC.GetAllocatedBytesForCurrentThread();
}

/// <param name="run">Does it so often.</param>
internal sealed class Subject(Action<int> run, params IDisposable[] owned) : IDisposable
{
    /// <summary>Operations that cannot be told apart: so many, or a multiple of them, are done.</summary>
    public int Together { get; init; } = 1;

    /// <summary>Before so many operations are measured: what they will need.</summary>
    public Action<int> MakeReady { get; init; } = static _ => { };

    /// <summary>Processor time of the database's processes so far.</summary>
    public Func<TimeSpan> Database { get; init; } = static () => TimeSpan.Zero;

    public void Run(int operations) => run(operations);

    /// <summary>Something that is done again and again, each time with a result that somebody looks at: nothing of it can be left out.</summary>
    public static Subject Of<T>(Func<T> operation) => new(operations =>
    {
        T result = default!;
        for (int i = 0; i < operations; i++)
        {
            result = operation();
        }

        GC.KeepAlive(result);
    });

    public void Dispose()
    {
        foreach (IDisposable one in owned)
        {
            one.Dispose();
        }
    }
}
