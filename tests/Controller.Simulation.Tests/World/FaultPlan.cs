namespace Controller.Simulation.Tests.World;

/// <summary>What goes wrong in a run, drawn from its seed.</summary>
internal sealed record FaultPlan
{
    public double Loss { get; init; }
    public double Duplicate { get; init; }
    public int MinDelay { get; init; } = 1;
    public int MaxDelay { get; init; } = 5;
    public double Late { get; init; }
    public int LateBy { get; init; } = 400;
    public int CommitMin { get; init; }
    public int CommitMax { get; init; } = 3;
    public IReadOnlyList<Crash> Crashes { get; init; } = [];
    public IReadOnlyList<Stall> Stalls { get; init; } = [];
    public IReadOnlyList<JournalFailure> Failures { get; init; } = [];

    /// <summary>How often a request of ours is reported as not sent, and is not.</summary>
    public double TransportFailure { get; init; }

    /// <summary>The node was away for so long that transactions ended without it.</summary>
    public bool LongAway => Crashes.Any(crash => crash.Down > 20_000) || Crashes.Sum(crash => crash.Down) > 20_000;

    /// <param name="LosesCompletion">What is with the journal at that moment is committed, and nobody is told.</param>
    internal sealed record Crash(long At, long Down, bool LosesCompletion);

    internal sealed record Stall(long At, long Lasts);

    internal sealed record JournalFailure(long At, int Batches, bool Commits);

    public static FaultPlan Draw(Random random)
    {
        if (random.Next(5) == 0)
        {
            return new FaultPlan();
        }

        bool longAway = random.Next(20) == 0;
        var crashes = new List<Crash>();
        for (int i = random.Next(2) == 0 ? 0 : random.Next(1, 4); i > 0; i--)
        {
            crashes.Add(new Crash(Moment(random), random.Next(3) == 0 ? 0 : random.Next(5_000), random.Next(3) == 0));
        }

        if (longAway)
        {
            crashes.Add(new Crash(Moment(random), random.Next(33_000, 45_000), random.Next(2) == 0));
        }

        return new FaultPlan
        {
            // Who is away for longer than a transaction lives gets its last words once: they must arrive, or nobody could ask for more.
            Loss = longAway ? 0 : Pick(random, 0, 0, 0.02, 0.1, 0.2),
            Duplicate = Pick(random, 0, 0.05, 0.2),
            MaxDelay = random.Next(2, 40),
            Late = Pick(random, 0, 0.05, 0.2),
            LateBy = random.Next(50, 900),
            CommitMax = random.Next(4) == 0 ? random.Next(20, 200) : 4,
            Crashes = crashes,
            Stalls = random.Next(4) == 0 ? [new Stall(Moment(random), random.Next(200, 4_000))] : [],
            Failures = random.Next(4) == 0 ? [new JournalFailure(Moment(random), random.Next(1, 8), random.Next(3) == 0)] : [],
            TransportFailure = random.Next(6) == 0 ? 0.05 : 0,
        };
    }

    /// <summary>Early moments are the interesting ones.</summary>
    private static long Moment(Random random) => random.Next(3) switch
    {
        0 => random.Next(0, 300),
        1 => random.Next(0, 4_000),
        _ => random.Next(0, 40_000),
    };

    private static double Pick(Random random, params double[] of) => of[random.Next(of.Length)];
}
