using Controller.Host.Admin.Calls;
using Controller.Host.Admin.Cluster;
using Controller.Host.Admin.Config;
using Controller.Host.Admin.Registrations;
using Controller.Host.Admin.Routes;
using Controller.Host.Admin.Trunks;
using Controller.Host.Telemetry;

namespace Controller.Host.Admin;

/// <summary>Everything the resources ask the node for.</summary>
public sealed record AdminPorts
{
    public required NodeLife Life { get; init; }
    public required ICallDirectory Calls { get; init; }
    public required IRegistrationDirectory Registrations { get; init; }
    public required ITrunkDirectory Trunks { get; init; }
    public required IClusterView Cluster { get; init; }
    public required IRouteSimulator Routes { get; init; }
    public required ILiveConfiguration Configuration { get; init; }
    public required MetricsListener Metrics { get; init; }
}
