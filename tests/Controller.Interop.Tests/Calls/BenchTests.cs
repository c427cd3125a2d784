using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Calls;

/// <summary>
/// The call profile every system is measured with: 300 calls a second for 10 s, nothing failed, nothing retransmitted. Where the machine's own disk stood still
/// (a virtual machine's does, for half a second and more), what was due in that time may be repeated: nothing leaves before it is stored.
/// </summary>
[Collection(Alone.Name)]
[Trait("Category", "Bench")]
public sealed class BenchTests
{
    private const int Rate = 300, Seconds = 10;

    // INVITE, its 200 and BYE are repeated where their answers are late (RFC 3261 sections 17.1.1.2, 13.3.1.4, 17.1.2.2), and each is due once a call.
    private const int RepeatedOfACall = 3;

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
        double mayRepeat = RepeatedOfACall * Rate * disk.StoodStill.TotalSeconds;
        Assert.True(carried.Retransmissions <= mayRepeat,
            $"{carried.Retransmissions} retransmitted, {mayRepeat:0} at most while the disk stood still; its longest sync {disk.Longest.TotalMilliseconds:0} ms");
        Eventually.True(() => ChargingRecord.Read(node.Setup.ChargingFile).Count == Rate * Seconds, TimeSpan.FromSeconds(10),
            () => $"{ChargingRecord.Read(node.Setup.ChargingFile).Count} charging records");
        node.AssertNoStackTrace();
    }
}
