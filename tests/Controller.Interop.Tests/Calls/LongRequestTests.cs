using System.Net;
using System.Net.Sockets;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Calls;

/// <summary>An INVITE of more than 1300 octets to a trunk that names no transport (RFC 3261 section 18.1.1), with SIPp at both ends.</summary>
[Trait("Category", "Peers")]
public sealed class LongRequestTests
{
    private static readonly string[] Limits = ["-m", "1", "-timeout", "20s", "-timeout_error", "-trace_msg"];

    [NeedsFact("sipp")]
    public void It_goes_by_TCP_though_UDP_is_open_as_well()
    {
        int at = Ports.Free();
        using var datagrams = new UdpClient(new IPEndPoint(IPAddress.Loopback, at));
        AssertCallArrives(at, "TCP");
        Assert.Equal(0, datagrams.Available);
    }

    [NeedsFact("sipp")]
    public void It_goes_by_UDP_at_once_where_TCP_is_refused() => AssertCallArrives(Ports.Free(), "UDP");

    [NeedsFact("sipp")]
    public void It_goes_by_UDP_where_the_limit_allows_it() => AssertCallArrives(Ports.Free(), "UDP", "max-udp-length = 65507");

    private static void AssertCallArrives(int at, string transport, string trunk = "")
    {
        using var folder = new TemporaryFolder();

        // Long: it is not the time that leads to UDP.
        using var node = NodeProcess.StartReady(new NodeSetup
        {
            Folder = folder.Path,
            Extra = $$"""controller.trunks.far { endpoints = [ { uri = "sip:127.0.0.1:{{at}}" } ], try-timeout = 15s, {{trunk}} }""",
        });
        using var callee = Sipp.Listen(Repository.Scenario("bench/uas.xml"), "127.0.0.1", at, transport == "TCP" ? [.. Limits, "-t", "t1"] : Limits);
        using var caller = Sipp.Call(Repository.Scenario("resolution/uac-long.xml"), "127.0.0.1", Ports.Free(), node.Setup.AccessPort, Limits);
        int exit = caller.WaitForEnd(TimeSpan.FromSeconds(10)), far = callee.WaitForEnd(TimeSpan.FromSeconds(exit == 0 ? 10 : 1));
        node.AssertNoStackTrace();
        Assert.True(exit == 0 && far == 0, $"caller {exit}, callee {far}\ncaller:\n{caller.Failure()}\ncallee:\n{callee.Failure()}\nnode:\n{node.Log}");
        foreach (string method in new[] { "INVITE", "ACK", "BYE" })
        {
            Assert.Matches($@"(?m)^{method} \S+ SIP/2\.0\r?\nVia: SIP/2\.0/{transport} ", callee.Messages());
        }
    }
}
