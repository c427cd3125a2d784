using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Calls;

/// <summary>Third-party SIPp scenarios in pairs through the node. They are used from beside the checkout (see NOTICE there) and skipped where they are not.</summary>
[Trait("Category", "Peers")]
public sealed class ScenarioTests
{
    // G03 is left out: its callee throws away every second ACK, by lot, until the caller hangs up in the middle of it.
    // B01 is left out: its CANCEL carries a branch of its own, which RFC 3261 9.1 forbids ("identical ... top Via"); 481 is the right answer to it.
    [NeedsTheory("sipp", Needs.ThirdParty)]
    [InlineData("A01 basic call", "siphon/b2bua_uac.xml", "siphon/b2bua_uas.xml")]
    [InlineData("A04 topology hiding and re-INVITE", "siphon/b2bua_topology_uac.xml", "siphon/b2bua_topology_uas.xml")]
    [InlineData("A05 far side over TCP", "drachtio/uac.xml", "drachtio/uas-tcp.xml")]
    [InlineData("A06 busy", "siphon/b2bua_failure_uac.xml", "siphon/b2bua_failure_uas.xml")]
    [InlineData("A08 not found", "srf/uac-expect-404.xml", "srf/uas-404.xml")]
    [InlineData("B02 cancel after 183", "drachtio/uac-cancel.xml", "drachtio/uas-cancel.xml")]
    [InlineData("B03 cancel crosses the answer", "drachtio/uac-cancel.xml", "drachtio/uas-ackbye.xml")]
    [InlineData("B08 cancel before any 18x", "jbout/uac-cancel.xml", "jbout/uas-cancel.xml")]
    [InlineData("E01 hold and resume by the caller", "siphon/b2bua_reinvite_uac.xml", "siphon/b2bua_reinvite_uas.xml")]
    [InlineData("E02 hold by the callee", "siphon/b2bua_reinvite_bleg_uac.xml", "siphon/b2bua_reinvite_bleg_uas.xml")]
    [InlineData("E03 re-INVITE rejected by the callee", "siphon/b2bua_reinvite_reject_uac.xml", "siphon/b2bua_reinvite_reject_uas.xml")]
    [InlineData("E04 re-INVITE rejected by the caller", "siphon/b2bua_reinvite_breject_uac.xml", "siphon/b2bua_reinvite_breject_uas.xml")]
    [InlineData("G01 200 lost", "drachtio/uac-drop-one-200.xml", "drachtio/uas-success.xml")]
    [InlineData("G05 503 lost", "drachtio/uac-drop-one-503.xml", "jbout/uas-503.xml")]
    [InlineData("G14 slow callee", "drachtio/uac.xml", "drachtio/uas-slow-response.xml")]
    [InlineData("H09 183, 180, 200", "drachtio/uac.xml", "drachtio/uas-183-180-200.xml")]
    [InlineData("H12 early media", "siphon/b2bua_early_media_uac.xml", "siphon/b2bua_early_media_uas.xml")]
    [InlineData("L01 long Request-URI", "drachtio/uac-long-uri.xml", "drachtio/uas-success.xml")]
    [InlineData("L04 UTF-8 display names", "drachtio/uac-utf8.xml", "drachtio/uas-success.xml")]
    public void A_pair_of_scenarios_succeeds_on_both_sides(string name, string caller, string callee)
    {
        // A scenario that loses messages by lot (SIPp's lost="75") may lose every repetition there is: it gets three draws.
        int draws = caller.Contains("drop-one", StringComparison.Ordinal) ? 3 : 1;
        string failure = Run(caller, callee);
        for (int draw = 1; draw < draws && failure.Length > 0; draw++)
        {
            failure = Run(caller, callee);
        }

        Assert.True(failure.Length == 0, $"{name}: {failure}");
    }

    /// <returns>Empty if both sides succeeded.</returns>
    private static string Run(string caller, string callee)
    {
        bool streams = callee.Contains("tcp", StringComparison.Ordinal);
        using var folder = new TemporaryFolder();
        using var node = NodeProcess.StartReady(new NodeSetup { Folder = folder.Path, FarTransport = streams ? "tcp" : "udp" });
        string[] limits = ["-m", "1", "-timeout", "40s", "-timeout_error"];
        using var far = Sipp.Listen(Find(callee), "127.0.0.1", node.Setup.FarPort, streams ? [.. limits, "-t", "t1"] : limits);
        using var near = Sipp.Call(Find(caller), "127.0.0.1", Ports.Free(), node.Setup.AccessPort, [.. limits, "-s", "200", "-d", "500", "-au", "alice", "-ap", "alice"]);
        int nearExit = near.WaitForEnd(TimeSpan.FromSeconds(45)), farExit = far.WaitForEnd(TimeSpan.FromSeconds(nearExit == 0 ? 10 : 1));
        node.AssertNoStackTrace();
        return nearExit == 0 && farExit == 0
            ? ""
            : $"caller {nearExit}, callee {farExit}\ncaller:\n{near.Failure()}\ncallee:\n{far.Failure()}\nnode:\n{node.Log}";
    }

    /// <summary>A copy that SIPp 3.6.1 can load is preferred where the original cannot be.</summary>
    private static string Find(string file)
    {
        string folder = Repository.ThirdPartyScenarios!, patched = Path.Combine(folder, "_patched", file);
        return File.Exists(patched) ? patched : Path.Combine(folder, file);
    }
}
