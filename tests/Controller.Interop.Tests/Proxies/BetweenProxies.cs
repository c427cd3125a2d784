using System.Net;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Proxies;

/// <summary>One node between the proxies of a customer and those of a carrier.</summary>
internal sealed class BetweenProxies : ProxyBed
{
    private readonly TemporaryFolder _folder;

    public BetweenProxies(ProxySetup setup)
        : this(setup, new TemporaryFolder(), Ports.Free(), Ports.Free())
    {
    }

    private BetweenProxies(ProxySetup setup, TemporaryFolder folder, int access, int core)
        : base(IPAddress.Loopback, new IPEndPoint(IPAddress.Loopback, access), new IPEndPoint(IPAddress.Loopback, core), setup)
    {
        _folder = folder;
        try
        {
            Node = NodeProcess.StartReady(new NodeSetup { Folder = folder.Path, AccessPort = access, CorePort = core, Extra = Configuration });
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public NodeProcess Node { get; } = null!;

    public IReadOnlyList<ChargingRecord> Records => ChargingRecord.Read(Node.Setup.ChargingFile);

    public override void AssertNoViolation()
    {
        base.AssertNoViolation();
        Node.AssertNoStackTrace();
    }

    public override string Describe() => $"{base.Describe()}\nnode:\n{End(Node.Log)}";

    public override void Dispose()
    {
        Node?.Dispose();
        base.Dispose();
        _folder.Dispose();
    }
}
