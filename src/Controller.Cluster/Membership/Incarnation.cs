using System.Globalization;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Membership;

/// <summary>One run of one node: a restarted node is another incarnation, and only the newest may write.</summary>
public readonly record struct Incarnation(NodeId Node, long Number)
{
    /// <summary>Name of its sessions in pg_stat_activity, by which a successor ends them.</summary>
    public string SessionName => string.Create(CultureInfo.InvariantCulture, $"sbc/{Node.Value}/{Number}");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Node.Value}/{Number}");
}
