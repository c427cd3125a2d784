using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Calls;

/// <summary>A trunk that is a name: BIND says where it leads, SIPp is there, or is not (RFC 3263).</summary>
[Trait("Category", "Peers")]
public sealed class NextHopTests
{
    private static readonly string[] Limits = ["-m", "1", "-timeout", "20s", "-timeout_error"];

    [NeedsFact("sipp", "named")]
    public void A_target_that_is_silent_is_followed_by_the_next_in_time_and_then_passed_over()
    {
        int alive = Ports.Free();
        using UdpClient silent = new(new IPEndPoint(IPAddress.Loopback, 0));
        using Bind names = new(
            $"_sip._udp SRV 10 0 {PortOf(silent)} a", $"_sip._udp SRV 20 0 {alive} b", "a A 127.0.0.1", "b A 127.0.0.1");
        using var folder = new TemporaryFolder();
        using var node = Node(folder, names, "sip:carrier.test");
        AssertCallArrives(node, alive, "udp");
        string first = Assert.Single(Calls(silent));

        // From now on nobody waits for it: it is left out while there is another. What comes is the INVITE of the first call again.
        AssertCallArrives(node, alive, "udp");
        Assert.DoesNotContain(Calls(silent), call => call != first);
        Assert.Equal(1, node.Admin.Sum("edge", "targets", "blacklisted"));
    }

    [NeedsFact("sipp", "named")]
    public void A_target_that_refuses_the_connection_is_followed_by_the_next_at_once()
    {
        int dead = Ports.Free(), alive = Ports.Free();
        using Bind names = new($"_sip._tcp SRV 10 0 {dead} a", $"_sip._tcp SRV 20 0 {alive} b", "a A 127.0.0.1", "b A 127.0.0.1");
        using var folder = new TemporaryFolder();

        // Long: it is not the time that leads to the second one.
        using var node = Node(folder, names, "sip:carrier.test;transport=tcp", tryTimeout: "15s");
        AssertCallArrives(node, alive, "tcp", within: TimeSpan.FromSeconds(10));
    }

    [NeedsFact("sipp", "named")]
    public void A_target_that_asks_for_a_pause_gets_it()
    {
        int busy = Ports.Free(), alive = Ports.Free();
        using Bind names = new($"_sip._udp SRV 10 0 {busy} a", $"_sip._udp SRV 20 0 {alive} b", "a A 127.0.0.1", "b A 127.0.0.1");
        using var folder = new TemporaryFolder();
        using var node = Node(folder, names, "sip:carrier.test", tryTimeout: "15s");
        using var refusing = Sipp.Listen(Repository.Scenario("resolution/uas-503.xml"), "127.0.0.1", busy, "-trace_msg");
        AssertCallArrives(node, alive, "udp");
        AssertCallArrives(node, alive, "udp");
        Assert.Equal(1, refusing.Messages().Split("INVITE sip:").Length - 1);
    }

    [NeedsFact("sipp", "named")]
    public void A_host_that_cannot_be_reached_is_followed_by_the_next_at_once()
    {
        // From the loopback no way leads to another machine.
        int alive = Ports.Free();
        using Bind names = new("_sip._udp SRV 10 0 5060 a", $"_sip._udp SRV 20 0 {alive} b", "a A 192.0.2.1", "b A 127.0.0.1");
        using var folder = new TemporaryFolder();
        using var node = Node(folder, names, "sip:carrier.test", tryTimeout: "15s");
        AssertCallArrives(node, alive, "udp", within: TimeSpan.FromSeconds(10));
    }

    [NeedsFact("sipp", "named")]
    public void Of_a_whole_ladder_only_silence_takes_time_and_the_caller_sees_one_answer()
    {
        int busy = Ports.Free(), dead = Ports.Free(), alive = Ports.Free();
        using UdpClient silent = new(new IPEndPoint(IPAddress.Loopback, 0));
        using Bind names = new(
            $"_sip._udp SRV 10 0 {PortOf(silent)} a", $"_sip._udp SRV 20 0 {busy} a", "_sip._udp SRV 30 0 5060 away", $"_sip._tcp SRV 10 0 {dead} a", $"_sip._tcp SRV 20 0 {alive} a",
            "a A 127.0.0.1", "away A 192.0.2.1");
        using var folder = new TemporaryFolder();
        using var node = Node(folder, names, "sip:carrier.test", tryTimeout: "2s");
        using var refusing = Sipp.Listen(Repository.Scenario("resolution/uas-503.xml"), "127.0.0.1", busy, "-trace_msg");
        using var callee = Sipp.Listen(Repository.Scenario("bench/uas.xml"), "127.0.0.1", alive, [.. Limits, "-t", "t1"]);
        using var caller = Sipp.Call(Repository.Scenario("bench/uac.xml"), "127.0.0.1", Ports.Free(), node.Setup.AccessPort, [.. Limits, "-trace_msg"]);
        Assert.True(caller.WaitForEnd(TimeSpan.FromSeconds(25)) == 0, caller.Failure() + node.Log);

        // It was tried, and so were those behind it.
        Assert.Single(Calls(silent));
        Assert.Contains("INVITE sip:", refusing.Messages(), StringComparison.Ordinal);

        // One silent target, one try-timeout; the rest is what the machine needs.
        Assert.InRange(SetUp(caller), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3.5));
        Assert.Equal(["200 INVITE", "200 BYE"], FinalResponses(caller));
    }

    [NeedsFact("sipp", "named")]
    public void Where_all_are_silent_the_budget_ends_it_and_the_caller_sees_one_answer()
    {
        using UdpClient first = new(new IPEndPoint(IPAddress.Loopback, 0)), second = new(new IPEndPoint(IPAddress.Loopback, 0)), third = new(new IPEndPoint(IPAddress.Loopback, 0));
        using Bind names = new(
            $"_sip._udp SRV 10 0 {PortOf(first)} a", $"_sip._udp SRV 20 0 {PortOf(second)} a", $"_sip._udp SRV 30 0 {PortOf(third)} a", "a A 127.0.0.1");
        using var folder = new TemporaryFolder();
        using var node = Node(
            folder, names, "sip:carrier.test", tryTimeout: "2s", more: "controller.routes = [ { name = \"far\", match { from-realm = access }, to = far, budget = 3s } ]");
        using var caller = Sipp.Call(Repository.Scenario("resolution/uac-408.xml"), "127.0.0.1", Ports.Free(), node.Setup.AccessPort, [.. Limits, "-trace_msg"]);
        Assert.True(caller.WaitForEnd(TimeSpan.FromSeconds(25)) == 0, caller.Failure() + node.Log);

        // Two tries would take 4 s, three 6 s.
        Assert.InRange(SetUp(caller), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3.9));
        Assert.Equal(["408 INVITE"], FinalResponses(caller));
        Assert.Equal((1, 1, 0), (Calls(first).Count, Calls(second).Count, Calls(third).Count));
    }

    [NeedsFact("sipp", "named")]
    public void NAPTR_chooses_the_transport()
    {
        int streams = Ports.Free(), datagrams = Ports.Free();
        using Bind names = new(
            "@ NAPTR 10 10 \"s\" \"SIP+D2T\" \"\" _tcp-of-ours", "@ NAPTR 20 10 \"s\" \"SIP+D2U\" \"\" _sip._udp", $"_tcp-of-ours SRV 0 0 {streams} a", $"_sip._udp SRV 0 0 {datagrams} a",
            "a CNAME b", "b A 127.0.0.1");
        using var folder = new TemporaryFolder();
        using var node = Node(folder, names, "sip:carrier.test");
        AssertCallArrives(node, streams, "tcp");
    }

    [NeedsFact("sipp", "named")]
    public void Nothing_is_found_for_a_name_that_is_not_there_and_that_is_told_in_time()
    {
        using Bind names = new();
        using var folder = new TemporaryFolder();
        using var node = Node(folder, names, "sip:nobody.carrier.test");
        using var caller = Sipp.Call(Repository.Scenario("bench/uac.xml"), "127.0.0.1", Ports.Free(), node.Setup.AccessPort, [.. Limits, "-trace_msg"]);
        Assert.NotEqual(0, caller.WaitForEnd(TimeSpan.FromSeconds(25)));

        // RFC 3261 section 8.1.3.1: as if a 503 had come.
        Assert.Contains("SIP/2.0 503", caller.Messages(), StringComparison.Ordinal);
    }

    private static NodeProcess Node(TemporaryFolder folder, Bind names, string uri, string tryTimeout = "1s", string more = "") => NodeProcess.StartReady(new NodeSetup
    {
        Folder = folder.Path,
        Extra = $$"""
            controller.resolver.servers = ["127.0.0.1:{{names.Port}}"]
            controller.trunks.far { endpoints = [ { uri = "{{uri}}" } ], try-timeout = {{tryTimeout}} }
            {{more}}
            """,
    });

    private static void AssertCallArrives(NodeProcess node, int at, string transport, TimeSpan? within = null)
    {
        string[] how = transport == "tcp" ? [.. Limits, "-t", "t1"] : Limits;
        using var callee = Sipp.Listen(Repository.Scenario("bench/uas.xml"), "127.0.0.1", at, how);
        using var caller = Sipp.Call(Repository.Scenario("bench/uac.xml"), "127.0.0.1", Ports.Free(), node.Setup.AccessPort, Limits);
        int exit = caller.WaitForEnd(within ?? TimeSpan.FromSeconds(25)), far = callee.WaitForEnd(TimeSpan.FromSeconds(exit == 0 ? 10 : 1));
        node.AssertNoStackTrace();
        Assert.True(exit == 0 && far == 0, $"caller {exit}, callee {far}\ncaller:\n{caller.Failure()}\ncallee:\n{callee.Failure()}\nnode:\n{node.Log}");
    }

    private static int PortOf(UdpClient target) => ((IPEndPoint)target.Client.LocalEndPoint!).Port;

    /// <summary>From the INVITE to its final response.</summary>
    private static TimeSpan SetUp(Sipp caller) => TimeSpan.ParseExact(caller.Read().SetupMean, "hh\\:mm\\:ss\\:ffffff", CultureInfo.InvariantCulture);

    /// <summary>What the caller was told in the end, each copy of it.</summary>
    private static string[] FinalResponses(Sipp caller) =>
        [.. Regex.Matches(caller.Messages(), @"^SIP/2\.0 ([2-6]\d\d) [\s\S]*?^CSeq: \d+ (\w+)", RegexOptions.Multiline).Select(found => found.Groups[1].Value + " " + found.Groups[2].Value)];

    /// <summary>The Call-IDs of what has come since it was last asked.</summary>
    private static HashSet<string> Calls(UdpClient target)
    {
        HashSet<string> calls = [];
        while (target.Available > 0)
        {
            IPEndPoint? from = null;
            calls.Add(Encoding.ASCII.GetString(target.Receive(ref from)).Split("\r\n").Single(line => line.StartsWith("Call-ID:", StringComparison.Ordinal)));
        }

        return calls;
    }
}
