using Controller.Cluster.Membership;

namespace Controller.Host.Configuration.Options;

public sealed record NodeOptions
{
    /// <summary>1 to 255, unique in the cluster.</summary>
    public int Id { get; init; } = 1;
    public string Name { get; init; } = "sbc1";

    /// <summary>What it is for: listeners, calls, or both.</summary>
    public NodeRoles Roles { get; init; } = NodeRoles.Edge | NodeRoles.Actors;

    /// <summary>Directory of the embedded journal and the charging records; relative to the working directory.</summary>
    public string DataDirectory { get; init; } = "data";
}
