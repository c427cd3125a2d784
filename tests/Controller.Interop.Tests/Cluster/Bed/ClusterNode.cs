using System.Net;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Cluster.Bed;

/// <summary>One node of a cluster, as a process in the namespace of its machine.</summary>
internal sealed class ClusterNode(ClusterSetup setup, int index) : NodeRun(setup.Folder(index), setup.Command(index))
{
    public int Index => index;

    /// <summary>As the cluster numbers it.</summary>
    public int Number => index + 1;
    /// <summary>What it was given as its configuration.</summary>
    public string ConfigurationFile => setup.File(index);
    public string ChargingFile => setup.ChargingFile(index);
    public NodeAdmin Admin { get; } = new(new IPEndPoint(setup.Network.Machine(index), ClusterSetup.AdminPort), ClusterSetup.AdminToken);

    /// <summary>It stands still: the kernel answers for it, the process does nothing.</summary>
    public void Stop() => Signals.Send(Id, Signals.Stop);

    public void Continue() => Signals.Send(Id, Signals.Continue);

    public override void Dispose()
    {
        base.Dispose();
        Admin.Dispose();
    }
}
