using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Parties;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Calls;

/// <summary>The configuration changes while calls are up and come in.</summary>
[Collection(Alone.Name)]
[Trait("Category", "Reload")]
public sealed class ReloadTests
{
    private const int Rate = 200, Seconds = 15;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Every change takes away the trunk and the route that the calls of that moment go by, and puts others in their place: by the file and a signal, by HTTP, by a rollback.</summary>
    [NeedsFact("sipp")]
    public void Two_hundred_calls_a_second_do_not_notice_it()
    {
        using var folder = new TemporaryFolder();
        using var node = NodeProcess.StartReady(new NodeSetup { Folder = folder.Path });
        string first = File.ReadAllText(node.Setup.ConfigurationFile);
        string second = first.Replace("far {", "other {", StringComparison.Ordinal).Replace("trunk = far", "trunk = other", StringComparison.Ordinal)
            .Replace("everything else", "the rest", StringComparison.Ordinal);
        using var far = Sipp.Listen(Repository.Scenario("bench/uas.xml"), "127.0.0.1", node.Setup.FarPort, "-l", "19000");
        using var near = Sipp.Call(Repository.Scenario("bench/uac.xml"), "127.0.0.1", Ports.Free(), node.Setup.AccessPort,
            "-r", $"{Rate}", "-m", $"{Rate * Seconds}", "-l", "19000", "-max_socket", "19999", "-timeout", "60s");
        long before = Version(node);
        var slowest = TimeSpan.Zero;
        for (int i = 0; !near.HasEnded; i++)
        {
            var watch = Stopwatch.StartNew();
            long version = Version(node);
            switch (i % 4)
            {
                case 0:
                    File.WriteAllText(node.Setup.ConfigurationFile, second);
                    Signals.Send(node.Id, Signals.Hangup);
                    Eventually.True(() => Version(node) > version, TimeSpan.FromSeconds(10), () => node.Log);
                    break;
                case 1:
                    Assert.Equal(HttpStatusCode.OK, node.Admin.Post($"/api/v1/config/activate?expect={version}", first).Status);
                    break;
                case 2:
                    Assert.Equal(HttpStatusCode.OK, node.Admin.Post("/api/v1/config/reload").Status);
                    break;
                case 3:
                    Assert.Equal(HttpStatusCode.OK, node.Admin.Post("/api/v1/config/rollback").Status);
                    break;
            }

            Assert.Equal(version + 1, Version(node));
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
            Eventually.Holds(() => near.HasEnded, Pause);
        }

        int exit = near.WaitForEnd(TimeSpan.FromSeconds(70));
        Sipp.Statistics carried = near.Read();
        long reloads = Version(node) - before;
        Figures.Record($"figure: {reloads} reloads under {Rate} calls/s for {Seconds} s: {carried.Successful} ok, {carried.Failed} failed, {carried.Retransmissions} retransmitted; the slowest took {slowest.TotalMilliseconds:0} ms");
        Assert.True(exit == 0, near.Failure());
        Assert.Equal((Rate * Seconds, 0), (carried.Successful, carried.Failed));
        Assert.InRange(reloads, Seconds, int.MaxValue);
        node.AssertNoStackTrace();
    }

    /// <summary>A call that rings was decided with the configuration of its INVITE; a new one meets the new.</summary>
    [Fact]
    public void A_call_in_progress_keeps_what_it_began_with()
    {
        using var parties = new TwoParties();
        NodeProcess node = parties.Node;
        parties.Callee.OnCall = call => call.Ring();
        PartyCall ringing = parties.Call("ringing");
        parties.Await(() => ringing.Phase == CallPhase.Ringing, 5, "ringing");

        string text = File.ReadAllText(node.Setup.ConfigurationFile).Replace("to = [ { trunk = far, weight = 1 } ]", "to = registered", StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, node.Admin.Post("/api/v1/config/activate", text).Status);
        PartyCall refused = parties.Call("refused");
        parties.Await(() => refused.Phase == CallPhase.Ended, 5, "refused by the new route");
        Assert.InRange(refused.Status, 400, 499);

        parties.FarSide(ringing)!.After(0, far => far.Answer());
        parties.Await(() => ringing.Phase == CallPhase.Established, 5, "established");
        ringing.After(0, near => near.Bye());
        parties.Await(() => ringing.ByeStatus == 200 && parties.FarSide(ringing)!.EndedByRemote, 5, "ended on both legs");
        parties.AssertNoViolation();
    }

    private static long Version(NodeProcess node)
    {
        JsonElement look = node.Admin.Get("/api/v1/config");
        return look.GetProperty("version").GetInt64();
    }
}
