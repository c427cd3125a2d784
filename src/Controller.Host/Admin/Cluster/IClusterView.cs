namespace Controller.Host.Admin.Cluster;

public interface IClusterView
{
    ClusterAnswer Look();

    /// <summary>Starts to hand this node's shards to the others.</summary>
    /// <returns>Null if it was started, else why it cannot be.</returns>
    string? Drain();
}
