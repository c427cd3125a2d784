using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Controller.Actors.Policies;
using Controller.Actors.Routing;
using Controller.Actors.Routing.Tables;
using Controller.Host.Configuration.Tables;
using Controller.Sharding.Model;
using Controller.Sharding.Runtime;
using Xunit.Abstractions;

namespace Controller.Host.Tests.Configuration;

/// <summary>
/// A table of rates from its file to a decision: how long it takes to load, what it keeps, how long a decision takes, and how long one may be held up while
/// another table is loaded and put in its place. Small in every run; <c>CONTROLLER_RATES=1000000</c> is the number of prefixes of issue 5.
/// </summary>
public sealed class RateTableBenchmark(ITestOutputHelper output) : IDisposable
{
    private const int Carriers = 200;
    private const int RowsOfPrefix = 4;

    /// <summary>Prefixes of one digit, with a row of every carrier: each decision has them all to choose from.</summary>
    private const int Shortest = 9;

    private static readonly int Prefixes = int.TryParse(Environment.GetEnvironmentVariable("CONTROLLER_RATES"), CultureInfo.InvariantCulture, out int wanted) ? wanted : 20_000;

    private readonly string _file = Path.Combine(Path.GetTempPath(), $"rates-{Guid.NewGuid():N}.csv");

    private static bool IsWhole => Prefixes >= 1_000_000;

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void A_table_is_loaded_asked_and_replaced_in_time()
    {
        string[] numbers = Write(seed: 1);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        var watch = Stopwatch.StartNew();
        RateTable table = new RateFiles().Read(_file).Table!;
        TimeSpan load = watch.Elapsed;
        long peak = Process.GetCurrentProcess().PeakWorkingSet64;
        long kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.Equal((Prefixes, ((Prefixes - Shortest) * RowsOfPrefix) + (Shortest * Carriers)), (table.PrefixCount, table.RowCount));

        var settings = new SettingsSource<ControllerSettings>(Settings(table));
        Decide(settings, numbers, IsWhole ? 5_000 : 500);
        double[] quiet = Decide(settings, numbers, IsWhole ? 50_000 : 2_000);
        (double[] during, TimeSpan pause, TimeSpan swap) = WhileReplaced(settings, numbers);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{table.PrefixCount} prefixes, {table.RowCount} rows ({table.DistinctRowCount} distinct), {Carriers} carriers, file {new FileInfo(_file).Length >> 20} MiB"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"load {load.TotalSeconds:0.00} s; kept {kept >> 20} MiB; greatest working set of the process {peak >> 20} MiB"));
        output.WriteLine(Show("decision", quiet));
        output.WriteLine(Show("decision while another table is loaded", during));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"swap {swap.TotalMicroseconds:0.0} µs; greatest pause of the collector while another table is loaded {pause.TotalMilliseconds:0.00} ms (5 wanted)"));

        // The bounds of issue 5. Microseconds say nothing beside other tests: they are held in the whole run alone.
        Assert.True(load < TimeSpan.FromSeconds(10), $"load {load}");
        Assert.True(kept < 500L << 20, $"kept {kept}");
        if (IsWhole)
        {
            Assert.True(At(quiet, 0.99) < 100, Show("decision", quiet));
            Assert.True(swap < TimeSpan.FromMilliseconds(5), $"swap {swap}");

            // 5 ms are wanted; the collector waits for threads that have no processor, too.
            Assert.True(pause < TimeSpan.FromMilliseconds(10), $"pause {pause}");
            Assert.True(peak < 500L << 20, $"working set {peak}");
        }
    }

    /// <summary>Numbers of 11 to 16 digits, each another prefix; prefixes of 4 to 9 digits beside the shortest, so that several lengths hold for most.</summary>
    private string[] Write(int seed)
    {
        var random = new Random(seed);
        var prefixes = new HashSet<string>();
        while (prefixes.Count < Prefixes - Shortest)
        {
            prefixes.Add(random.NextInt64(1_000_000_000, 10_000_000_000).ToString(CultureInfo.InvariantCulture)[..random.Next(4, 10)]);
        }

        using var file = new StreamWriter(_file, false, Encoding.ASCII, 1 << 20);
        file.Write("prefix,trunk,price,priority\n");
        for (int row = 0; row < Shortest * Carriers; row++)
        {
            file.Write(string.Create(CultureInfo.InvariantCulture, $"{(row / Carriers) + 1},carrier-{row % Carriers:000},{random.Next(1, 2000) / 10_000m},1\n"));
        }

        foreach (string prefix in prefixes)
        {
            int first = random.Next(Carriers);
            for (int i = 0; i < RowsOfPrefix; i++)
            {
                file.Write(string.Create(CultureInfo.InvariantCulture, $"{prefix},carrier-{(first + (i * 37)) % Carriers:000},{random.Next(1, 2000) / 10_000m},1\n"));
            }
        }

        return [.. prefixes.Take(200_000).Select(prefix => prefix + "0000000")];
    }

    private static ControllerSettings Settings(RateTable table) => Loads.Good("""
        controller {
          realms { core {} }
          listeners = [ { realm = core, transport = udp, listen = "127.0.0.1:5060" } ]
        }
        """).Settings(new byte[32], []) with
    {
        Trunks = Enumerable.Range(0, Carriers).Select(i => string.Create(CultureInfo.InvariantCulture, $"carrier-{i:000}"))
            .ToImmutableDictionary(name => name, name => new TrunkSettings { Name = name, Realm = "core", Endpoints = [new TrunkPeerSettings($"sip:192.0.2.{int.Parse(name[8..], CultureInfo.InvariantCulture)}")] }),
        Routes = [new RouteSettings { Name = "lcr", Table = "lcr", MaxAttempts = 5 }],
        Tables = ImmutableDictionary<string, RateTable>.Empty.Add("lcr", table),
    };

    /// <param name="between">Asked before each decision; false ends it.</param>
    private static double[] Decide(SettingsSource<ControllerSettings> settings, string[] numbers, int times, Func<bool>? between = null)
    {
        var took = new List<double>(times);
        for (int i = 0; between is null ? i < times : between() || i == 0; i++)
        {
            var request = new RouteRequest("core", Encoding.ASCII.GetBytes($"sip:{numbers[i % numbers.Length]}@x"), (UInt128)i, new Instant(1_700_000_000_000));
            long start = Stopwatch.GetTimestamp();
            RoutePlan plan = RoutePlan.For(settings.Current, request);
            took.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            Assert.NotEmpty(plan.Targets.AsSpan().ToArray());
        }

        took.Sort();
        return [.. took];
    }

    /// <summary>
    /// Another table is read while decisions are made, and takes the place of the first. What holds up every decision of a process is the collector; what
    /// else delays one here is another thread that has the processor.
    /// </summary>
    private (double[] During, TimeSpan Pause, TimeSpan Swap) WhileReplaced(SettingsSource<ControllerSettings> settings, string[] numbers)
    {
        bool done = false;
        TimeSpan swap = default;
        var reload = new Thread(() =>
        {
            RateTable next = new RateFiles().Read(_file).Table!;
            ControllerSettings with = settings.Current with { Version = 2, Tables = settings.Current.Tables.SetItem("lcr", next) };
            long start = Stopwatch.GetTimestamp();
            settings.Swap(with);
            swap = Stopwatch.GetElapsedTime(start);
            Volatile.Write(ref done, true);
        });
        TimeSpan paused = GC.GetTotalPauseDuration(), longest = default;
        reload.Start();
        double[] during = Decide(settings, numbers, 0, () =>
        {
            TimeSpan now = GC.GetTotalPauseDuration();
            longest = now - paused > longest ? now - paused : longest;
            paused = now;
            return !Volatile.Read(ref done);
        });
        reload.Join();
        return (during, longest, swap);
    }

    private static double At(double[] sorted, double share) => sorted[(int)(sorted.Length * share)];

    private static string Show(string what, double[] took) => string.Create(CultureInfo.InvariantCulture,
        $"{what}: {took.Length} times, p50 {At(took, 0.5):0.0} µs, p99 {At(took, 0.99):0.0} µs, p99.9 {At(took, 0.999):0.0} µs, greatest {took[^1]:0} µs");
}
