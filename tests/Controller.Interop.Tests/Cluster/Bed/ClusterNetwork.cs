using System.Globalization;
using System.Net;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster.Bed;

/// <summary>One network of a test: a bridge in the test's own namespace and a namespace for each machine behind it.</summary>
internal sealed class ClusterNetwork : IDisposable
{
    private const int FirstMachine = 11;
    private readonly string _bridge = Namespaces.NewName();
    private readonly string _net;
    private readonly int _machines;

    public ClusterNetwork(int machines)
    {
        Namespaces.RemoveStale();
        _machines = machines;
        _net = FreeNet();
        Namespaces.Ip("link", "add", "name", _bridge, "type", "bridge", "forward_delay", "0");
        Namespaces.Ip("addr", "add", Here + "/24", "dev", _bridge);
        Namespaces.Ip("link", "set", _bridge, "up");
        for (int i = 0; i < machines; i++)
        {
            Namespaces.Ip("netns", "add", Namespace(i));
            Namespaces.Ip("link", "add", "name", Namespace(i), "type", "veth", "peer", "name", "eth0", "netns", Namespace(i));
            Namespaces.Ip("link", "set", Namespace(i), "master", _bridge, "up");
            Namespaces.Ip("-n", Namespace(i), "addr", "add", Machine(i) + "/24", "dev", "eth0");
            Namespaces.Ip("-n", Namespace(i), "link", "set", "eth0", "up");
            Namespaces.Ip("-n", Namespace(i), "link", "set", "lo", "up");
        }

        if (machines == 1)
        {
            Namespaces.Ip("-n", Namespace(0), "addr", "add", Floating + "/24", "dev", "eth0"); // there is nobody to move it
        }
    }

    /// <summary>The test's own address: PostgreSQL and the parties are here.</summary>
    public IPAddress Here => IPAddress.Parse(_net + ".1");

    /// <summary>An address of no machine: that of the service.</summary>
    public IPAddress Floating => IPAddress.Parse(_net + ".100");

    public IPAddress Machine(int index) => IPAddress.Parse($"{_net}.{FirstMachine + index}");

    public string Namespace(int index) => $"{_bridge}n{index + 1}";

    /// <summary>What follows runs as if on that machine.</summary>
    public string[] On(int index, params string[] command) => ["ip", "netns", "exec", Namespace(index), .. command];

    /// <summary>From now on nothing that <paramref name="from"/> sends reaches <paramref name="to"/>.</summary>
    public void Cut(int from, int to) => Drop(to, "-s", Machine(from).ToString());

    /// <summary>From now on that machine hears nothing from a TCP port of the test's own.</summary>
    public void CutFromPort(int machine, int port) =>
        Drop(machine, "-s", Here.ToString(), "-p", "tcp", "--sport", port.ToString(CultureInfo.InvariantCulture));

    public void Heal()
    {
        for (int i = 0; i < _machines; i++)
        {
            Namespaces.Must(On(i, "iptables", "-F"));
        }
    }

    public void Dispose() => Namespaces.Remove(_bridge);

    /// <summary>A /24 of 10.64.0.0/10 that no interface here has: runs at the same time begin their search at different ones.</summary>
    private static string FreeNet()
    {
        string used = Command.Run(TimeSpan.FromSeconds(10), "ip", "-4", "addr").Output;
        return Enumerable.Range(0, 64 * 256)
            .Select(i => (i + (Environment.ProcessId * 97)) % (64 * 256))
            .Select(n => string.Create(CultureInfo.InvariantCulture, $"10.{64 + (n / 256)}.{n % 256}"))
            .First(net => !used.Contains($" {net}.", StringComparison.Ordinal));
    }

    private void Drop(int machine, params string[] match) => Namespaces.Must(On(machine, ["iptables", "-A", "INPUT", .. match, "-j", "DROP"]));
}
