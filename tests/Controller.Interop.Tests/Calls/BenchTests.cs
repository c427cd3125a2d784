using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Calls;

/// <summary>The call profile every system is measured with: 300 calls a second for 10 s, nothing failed, nothing retransmitted.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Bench")]
public sealed class BenchTests
{
    private const int Rate = 300, Seconds = 10;

    [NeedsFact("sipp")]
    public void Three_hundred_calls_a_second_pass_without_a_failure_or_a_retransmission()
    {
        using var folder = new TemporaryFolder();
        using var node = NodeProcess.StartReady(new NodeSetup { Folder = folder.Path });
        using var far = Sipp.Listen(Repository.Scenario("bench/uas.xml"), "127.0.0.1", node.Setup.FarPort, "-l", "19000");
        using var disk = new DiskProbe(folder.Path);
        TimeSpan before = ProcessFigures.ProcessorTime(node.Id);
        using var near = Sipp.Call(Repository.Scenario("bench/uac.xml"), "127.0.0.1", Ports.Free(), node.Setup.AccessPort,
            "-r", $"{Rate}", "-m", $"{Rate * Seconds}", "-l", "19000", "-max_socket", "19999", "-timeout", "60s");
        int exit = near.WaitForEnd(TimeSpan.FromSeconds(70));
        double cost = (ProcessFigures.ProcessorTime(node.Id) - before).TotalMicroseconds / (Rate * Seconds);
        Sipp.Statistics carried = near.Read();
        Figures.Record($"figure: {Rate} calls/s for {Seconds} s: {carried.Successful} ok, {carried.Failed} failed, {carried.Retransmissions} retransmitted, " +
            $"{cost:0} us of processor time a call, set-up {carried.SetupMean}, peak {ProcessFigures.PeakResidentKiB(node.Id) / 1024} MiB, longest sync of the disk {disk.Longest.TotalMilliseconds:0} ms");
        Assert.True(exit == 0, near.Failure());
        Assert.Equal(Rate * Seconds, carried.Successful);
        Assert.Equal(0, carried.Failed);
        Assert.True(carried.Retransmissions == 0, $"{carried.Retransmissions} retransmitted, longest sync of the disk {disk.Longest.TotalMilliseconds:0} ms");
        Eventually.True(() => ChargingRecord.Read(node.Setup.ChargingFile).Count == Rate * Seconds, TimeSpan.FromSeconds(10),
            () => $"{ChargingRecord.Read(node.Setup.ChargingFile).Count} charging records");
        node.AssertNoStackTrace();
    }
}
