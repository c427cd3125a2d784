using System.Globalization;
using Controller.Interop.Tests.Cluster.Bed;

namespace Controller.Interop.Tests.Guide;

/// <summary>Machines with the addresses of a document, behind a switch in a namespace of its own: any number of such networks may stand side by side.</summary>
internal sealed class SwitchedMachines : IDisposable
{
    private readonly string _name = Namespaces.NewName();

    public SwitchedMachines(IReadOnlyList<string> addresses)
    {
        Namespaces.RemoveStale();
        string hub = _name + "nh";
        Namespaces.Ip("netns", "add", hub);
        Namespaces.Ip("-n", hub, "link", "add", "name", "hub", "type", "bridge", "forward_delay", "0");
        Namespaces.Ip("-n", hub, "link", "set", "hub", "up");
        for (int i = 0; i < addresses.Count; i++)
        {
            string port = string.Create(CultureInfo.InvariantCulture, $"port{i}");
            Namespaces.Ip("netns", "add", Namespace(i));
            Namespaces.Ip("-n", hub, "link", "add", "name", port, "type", "veth", "peer", "name", "eth0", "netns", Namespace(i));
            Namespaces.Ip("-n", hub, "link", "set", port, "master", "hub", "up");
            Namespaces.Ip("-n", Namespace(i), "addr", "add", addresses[i] + "/24", "dev", "eth0");
            Namespaces.Ip("-n", Namespace(i), "link", "set", "eth0", "up");
            Namespaces.Ip("-n", Namespace(i), "link", "set", "lo", "up");
        }
    }

    public string Namespace(int index) => $"{_name}n{index + 1}";

    public void Dispose() => Namespaces.Remove(_name);
}
