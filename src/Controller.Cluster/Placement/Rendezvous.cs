using Controller.Sharding.Placement;

namespace Controller.Cluster.Placement;

/// <summary>Highest random weight: every node computes the same order of nodes for a key, with nothing agreed on before.</summary>
public static class Rendezvous
{
    /// <summary>How much a node wants a key. Part of what all nodes must compute alike: never changed within a cluster's life.</summary>
    public static ulong Score(NodeId node, int key)
    {
        // The finalizer of SplitMix64: every bit of the input changes half of the output's.
        var mixed = ((ulong)(uint)node.Value << 32) | (uint)key;
        mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
        return mixed ^ (mixed >> 31);
    }
}
