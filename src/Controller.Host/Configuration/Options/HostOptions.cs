using Controller.Edge.Resolution;
using Controller.Host.Configuration.Options;

// In this namespace, not in Options: seen from all of Controller.Host it then wins over Microsoft.Extensions.Hosting.HostOptions.
namespace Controller.Host;

/// <summary>What the host needs to compose a node: everything of the configuration that the actors do not see.</summary>
public sealed record HostOptions
{
    public NodeOptions Node { get; init; } = new();
    public JournalOptions Journal { get; init; } = new();
    public ClusterOptions Cluster { get; init; } = new();
    public EngineLoopOptions Engine { get; init; } = new();
    public LimitOptions Limits { get; init; } = new();
    public ResolverOptions Resolver { get; init; } = new();
    public MediaOptions Media { get; init; } = new();
    public AdminOptions Admin { get; init; } = new();
    public CdrOptions Cdr { get; init; } = new();
    public LogOptions Log { get; init; } = new();
}
