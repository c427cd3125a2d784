using System.Diagnostics;

namespace Controller.Benchmarks.Harness;

/// <summary>What one thing takes of the processors: all threads of this process, and the database's processes apart. Waiting for a disk is no part of it.</summary>
/// <param name="Prepare">Makes what is needed, before anything is measured.</param>
internal sealed record ProcessorBenchmark(string Name, Func<Subject> Prepare)
{
    private const int Rounds = 7;
    private static readonly TimeSpan Warm = TimeSpan.FromSeconds(2), Round = TimeSpan.FromMilliseconds(600);

    public ProcessorFigure Measure()
    {
        using Subject subject = Prepare();
        int operations = WarmUp(subject);
        var own = new double[Rounds];
        TimeSpan database = TimeSpan.Zero;
        for (int round = 0; round < Rounds; round++)
        {
            subject.MakeReady(operations);
            GC.Collect();
            TimeSpan databaseBefore = subject.Database(), before = Environment.CpuUsage.TotalTime;
            subject.Run(operations);
            own[round] = (Environment.CpuUsage.TotalTime - before).TotalMicroseconds / operations;
            database += subject.Database() - databaseBefore;
        }

        Array.Sort(own);
        return new ProcessorFigure(Name, own[Rounds / 2], own[0], own[^1], database.TotalMicroseconds / Rounds / operations);
    }

    /// <returns>How many operations make a round.</returns>
    private static int WarmUp(Subject subject)
    {
        int operations = subject.Together;
        TimeSpan all = TimeSpan.Zero, last = TimeSpan.Zero;
        while (all < Warm || last < Round)
        {
            operations = last < Round ? operations * 2 : operations;
            subject.MakeReady(operations);
            long began = Stopwatch.GetTimestamp();
            subject.Run(operations);
            last = Stopwatch.GetElapsedTime(began);
            all += last;
        }

        return operations;
    }
}
