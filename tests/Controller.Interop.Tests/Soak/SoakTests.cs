using System.Diagnostics;
using System.Globalization;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Soak;

/// <summary>200 calls a second for an hour (SOAK_MINUTES): memory, handles, actors and journal rows are flat, and nothing is left after the last BYE.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Soak")]
public sealed class SoakTests
{
    private const int Rate = 200;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    [NeedsFact("sipp")]
    public void Two_hundred_calls_a_second_leave_nothing_behind()
    {
        double minutes = double.TryParse(Environment.GetEnvironmentVariable("SOAK_MINUTES"), CultureInfo.InvariantCulture, out double given) ? given : 60;
        int calls = (int)(Rate * 60 * minutes);
        using var folder = new TemporaryFolder();
        using var node = NodeProcess.StartReady(new NodeSetup { Folder = folder.Path });
        using var samples = new SoakSamples(node);
        using var far = Sipp.Listen(Repository.Scenario("bench/uas.xml"), "127.0.0.1", node.Setup.FarPort, "-l", "19000");
        samples.Take();
        using var near = Sipp.Call(Repository.Scenario("bench/uac.xml"), "127.0.0.1", Ports.Free(), node.Setup.AccessPort,
            "-r", $"{Rate}", "-m", $"{calls}", "-l", "19000", "-max_socket", "19999");
        var watch = Stopwatch.StartNew();
        while (!near.HasEnded && watch.Elapsed < TimeSpan.FromMinutes(minutes + 3))
        {
            Eventually.Holds(() => near.HasEnded, Interval);
            samples.Take();
        }

        int exit = near.WaitForEnd(TimeSpan.FromSeconds(1));
        Sipp.Statistics carried = near.Read();
        Figures.Record($"figure: soak {minutes} min at {Rate} calls/s: {carried.Successful} ok, {carried.Failed} failed, {carried.Retransmissions} retransmitted");
        Assert.True(exit == 0 && carried.Successful == calls, $"exit {exit}, {carried}\n{near.Failure()}");

        Eventually.True(() => node.Admin.Calls() == 0, TimeSpan.FromSeconds(90), () => $"{node.Admin.Calls()} calls left after the last BYE");
        Eventually.True(() => samples.Latest(SoakSamples.Actors) <= samples.First(SoakSamples.Actors), TimeSpan.FromSeconds(60), () => "actors left: " + samples.Describe());
        Eventually.True(() => samples.Latest(SoakSamples.Rows) <= samples.First(SoakSamples.Rows), TimeSpan.FromSeconds(60), () => "journal rows left: " + samples.Describe());
        Eventually.True(() => samples.Latest(SoakSamples.Handles) <= samples.First(SoakSamples.Handles) + 10, TimeSpan.FromSeconds(30), () => "handles left: " + samples.Describe());
        samples.AssertFlat(SoakSamples.ManagedHeap, slack: 32 << 20);
        samples.AssertFlat(SoakSamples.Resident, slack: 64 << 20);
        Assert.Equal(calls, ChargingRecord.Count(node.Setup.ChargingFile));
        Figures.Record("figure: soak " + samples.Describe());
        node.AssertNoStackTrace();
    }
}
