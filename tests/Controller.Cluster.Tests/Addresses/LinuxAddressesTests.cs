using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Controller.Cluster.Tests.Addresses;

/// <summary>An address is a lease of the kernel's: whoever holds it and is killed, stopped, or not trusted any more loses it, and the neighbours follow the next holder.</summary>
public sealed class LinuxAddressesTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>The lifetime of one second, which the kernel rounds, and what a busy machine adds.</summary>
    private static readonly TimeSpan GoneWithin = TimeSpan.FromSeconds(2);

    private readonly NetworkNamespace _first = new(), _second = new(), _neighbour = new();

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
        _neighbour.Dispose();
    }

    [RootTheory]
    [InlineData("10.9.0.10/24", "KILL")]
    [InlineData("10.9.0.10/24", "STOP")]
    [InlineData("fd00:9::10/64", "KILL")]
    [InlineData("fd00:9::10/64", "STOP")]
    public void A_holder_that_is_killed_or_stopped_loses_it(string address, string signal)
    {
        _first.Cable("eth0", _neighbour, "eth0");
        Process holder = Hold(_first, address);
        WaitUntil(() => Has(_first, address), "taken");
        // It stays, longer than its lifetime.
        long began = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(began) < GoneWithin)
        {
            Assert.True(Has(_first, address), "not renewed in time");
        }

        Signal(holder, signal);
        output.WriteLine($"{address} gone {Gone(_first, address).TotalMilliseconds:F0} ms after SIG{signal}");
        if (signal == "STOP")
        {
            Signal(holder, "CONT");
            WaitUntil(() => Has(_first, address), "taken again by a holder that goes on, and is trusted");
        }
    }

    [RootFact]
    public void A_holder_without_trust_loses_it_and_one_that_drops_it_at_once()
    {
        const string Address = "10.9.0.10/24";
        _first.Cable("eth0", _neighbour, "eth0");
        Process holder = Hold(_first, Address);
        WaitUntil(() => Has(_first, Address), "taken");
        Tell(holder, "distrust");
        output.WriteLine($"gone {Gone(_first, Address).TotalMilliseconds:F0} ms after trust ended");
        Tell(holder, "trust");
        WaitUntil(() => Has(_first, Address), "taken again");
        Tell(holder, "drop");
        Assert.False(Has(_first, Address));
    }

    [RootTheory]
    [InlineData("10.9.0.10/24", "10.9.0.1/24")]
    [InlineData("fd00:9::10/64", "fd00:9::1/64")]
    public void Neighbours_follow_the_next_holder_while_the_first_stands_still(string address, string neighbour)
    {
        _neighbour.Ip("link", "add", "br0", "type", "bridge", "mcast_snooping", "0");
        _neighbour.Ip("link", "set", "br0", "up");
        foreach ((NetworkNamespace host, string port) in new[] { (_first, "p1"), (_second, "p2") })
        {
            host.Cable("eth0", _neighbour, port);
            _neighbour.Ip("link", "set", port, "master", "br0");
        }

        _neighbour.Ip(["addr", "add", neighbour, "dev", "br0", .. address.Contains(':', StringComparison.Ordinal) ? new[] { "nodad" } : []]);
        Process holder = Hold(_first, address);
        WaitUntil(() => Has(_first, address), "taken");
        string plain = address.Split('/')[0];
        _neighbour.Exec("bash", "-c", $"echo > /dev/udp/{plain}/9");
        WaitUntil(() => _neighbour.Ip("neigh", "show", plain).Contains(Station(_first), StringComparison.Ordinal), "the neighbour has asked for the station");

        Signal(holder, "STOP");
        long began = Stopwatch.GetTimestamp();
        Hold(_second, address);
        WaitUntil(() => _neighbour.Ip("neigh", "show", plain).Contains(Station(_second), StringComparison.Ordinal), "the neighbour knows the next station");
        output.WriteLine($"{address}: the neighbour follows {Stopwatch.GetElapsedTime(began).TotalMilliseconds:F0} ms after the start of the next holder's process");
    }

    [RootTheory]
    [InlineData("10.9.0.10/24", "eth7", "", "floating address 10.9.0.10/24: there is no network device eth7")]
    [InlineData("10.9.0.10", "lo", "", "10.9.0.10 is no address with the length of its network, such as 10.9.0.10/24")]
    [InlineData("10.9.0.10/24", "lo", "setpriv --bounding-set=-net_admin --inh-caps=-net_admin",
        "floating address 10.9.0.10/24 on lo: this process may not change addresses; it needs the capabilities CAP_NET_ADMIN and CAP_NET_RAW")]
    [InlineData("10.9.0.10/24", "lo", "setpriv --bounding-set=-net_raw --inh-caps=-net_raw",
        "floating address 10.9.0.10/24 on lo: this process may not change addresses; it needs the capabilities CAP_NET_ADMIN and CAP_NET_RAW")]
    public void What_cannot_be_held_is_said_at_the_start_in_one_line(string address, string device, string prefix, string line)
    {
        Process refused = _first.Start(prefix, "lease", address, device);
        Assert.Equal(line, refused.StandardError.ReadToEnd().Trim());
        refused.WaitForExit();
        Assert.Equal(1, refused.ExitCode);
    }

    private static Process Hold(NetworkNamespace host, string address)
    {
        Process holder = host.Start("", "lease", address, "eth0");
        Assert.Equal("ready", holder.StandardOutput.ReadLine());
        return holder;
    }

    private static void Tell(Process holder, string command)
    {
        holder.StandardInput.WriteLine(command);
        Assert.Equal(command, holder.StandardOutput.ReadLine());
    }

    private static bool Has(NetworkNamespace host, string address) => host.Ip("addr", "show", "dev", "eth0").Contains($" {address} ", StringComparison.Ordinal);

    private static string Station(NetworkNamespace host) => host.Ip("-br", "link", "show", "dev", "eth0").Split(' ', StringSplitOptions.RemoveEmptyEntries)[2];

    private static TimeSpan Gone(NetworkNamespace host, string address)
    {
        long began = Stopwatch.GetTimestamp();
        WaitUntil(() => !Has(host, address), "gone");
        TimeSpan took = Stopwatch.GetElapsedTime(began);
        Assert.True(took < GoneWithin, $"{took}");
        return took;
    }

    private static void Signal(Process process, string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
        Assert.Equal(0, kill.ExitCode);
    }

    private static void WaitUntil(Func<bool> condition, string what)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(10), what);
        }
    }
}
