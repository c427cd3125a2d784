using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Calls;

/// <summary>What makes no call, between two SIPp: a MESSAGE to a trunk and to a registered user, a subscription from its SUBSCRIBE to its last NOTIFY.</summary>
[Trait("Category", "Peers")]
public sealed class ExchangeTests
{
    private static readonly string[] Limits = ["-m", "1", "-timeout", "20s", "-timeout_error"];

    [NeedsTheory("sipp")]
    [InlineData("message", "udp", "udp")]
    [InlineData("message", "tcp", "udp")]
    [InlineData("message", "udp", "tcp")]
    [InlineData("message", "tcp", "tcp")]
    [InlineData("subscribe", "udp", "udp")]
    [InlineData("subscribe", "tcp", "udp")]
    [InlineData("subscribe", "udp", "tcp")]
    [InlineData("subscribe", "tcp", "tcp")]
    public void It_crosses_to_a_trunk(string scenario, string near, string far)
    {
        using var folder = new TemporaryFolder();
        using var node = NodeProcess.StartReady(new NodeSetup { Folder = folder.Path, FarTransport = far });
        using var callee = Sipp.Listen(Find(scenario + "-uas"), "127.0.0.1", node.Setup.FarPort, With(far));
        using var caller = Sipp.Call(Find(scenario + "-uac"), "127.0.0.1", Ports.Free(), node.Setup.AccessPort, [.. With(near), "-s", "200"]);
        AssertBoth(node, caller, callee);
    }

    [NeedsFact("sipp")]
    public void A_MESSAGE_reaches_a_registered_user()
    {
        using var folder = new TemporaryFolder();
        using var node = NodeProcess.StartReady(new NodeSetup { Folder = folder.Path, Authenticate = false });
        int phone = Ports.Free();
        using (var registering = Sipp.Call(Find("register"), "127.0.0.1", phone, node.Setup.AccessPort, Limits))
        {
            Assert.True(registering.WaitForEnd(TimeSpan.FromSeconds(20)) == 0, registering.Failure());
        }

        using var callee = Sipp.Listen(Find("message-uas"), "127.0.0.1", phone, Limits);
        using var caller = Sipp.Call(Find("message-uac"), "127.0.0.1", Ports.Free(), node.Setup.AccessPort, [.. Limits, "-s", "bob"]);
        AssertBoth(node, caller, callee);
    }

    [NeedsFact("sipp")]
    public void A_subscription_outlives_the_process()
    {
        using var folder = new TemporaryFolder();
        var setup = new NodeSetup { Folder = folder.Path };
        using var callee = Sipp.Listen(Find("subscribe-uas"), "127.0.0.1", setup.FarPort, Limits);
        using var first = NodeProcess.StartReady(setup);
        using var caller = Sipp.Call(Find("subscribe-uac"), "127.0.0.1", Ports.Free(), setup.AccessPort, [.. Limits, "-s", "200"]);

        // In the second between its first NOTIFY and its refresh, which the caller waits. SUBSCRIBE, NOTIFY and their responses have left: of a NOTIFY that
        // came before the 200, as RFC 6665 section 4.4.1 allows, the scenario knows nothing.
        Eventually.True(() => first.Admin.Sum("edge", "messages", "sent") >= 4, TimeSpan.FromSeconds(5), () => "no subscription and first NOTIFY");
        Assert.NotEqual(0, JournalRows.Count(setup.DataFolder, "journal"));
        first.Kill();
        using var second = NodeProcess.StartReady(setup);
        AssertBoth(second, caller, callee);
    }

    private static void AssertBoth(NodeProcess node, Sipp caller, Sipp callee)
    {
        int nearExit = caller.WaitForEnd(TimeSpan.FromSeconds(25)), farExit = callee.WaitForEnd(TimeSpan.FromSeconds(nearExit == 0 ? 10 : 1));
        node.AssertNoStackTrace();
        Assert.True(nearExit == 0 && farExit == 0, $"caller {nearExit}, callee {farExit}\ncaller:\n{caller.Failure()}\ncallee:\n{callee.Failure()}\nnode:\n{node.Log}");
    }

    private static string[] With(string transport) => transport == "tcp" ? [.. Limits, "-t", "t1"] : Limits;

    private static string Find(string scenario) => Repository.Scenario("exchanges/" + scenario + ".xml");
}
