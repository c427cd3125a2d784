using System.Net;

namespace Controller.Interop.Tests.Harness;

/// <summary>One node on loopback, with its configuration.</summary>
internal sealed class NodeProcess : NodeRun
{
    public NodeProcess(NodeSetup setup)
        : base(setup.Folder, ["dotnet", Repository.NodeBinary, "--config", setup.ConfigurationFile])
    {
        Setup = setup;
        Setup.Write();
        Admin = new NodeAdmin(setup.AdminPort);
    }

    public NodeSetup Setup { get; }
    public NodeAdmin Admin { get; }
    public IPEndPoint Access => new(IPAddress.Loopback, Setup.AccessPort);
    public IPEndPoint Core => new(IPAddress.Loopback, Setup.CorePort);

    public static NodeProcess StartReady(NodeSetup setup)
    {
        var node = new NodeProcess(setup);
        try
        {
            node.Start();
            return node;
        }
        catch
        {
            node.Dispose();
            throw;
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        Admin.Dispose();
    }
}
