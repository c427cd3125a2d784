using System.Collections.Immutable;
using Controller.Sharding.Model;

namespace Controller.Cluster.Membership;

/// <summary>Where a node stands in its life; stored: append only.</summary>
public enum MemberPhase : byte
{
    /// <summary>It has an incarnation and beats, and owns nothing yet.</summary>
    Joining = 1,
    Up = 2,

    /// <summary>It hands over what it owns.</summary>
    Leaving = 3,

    /// <summary>It has left, or was fenced.</summary>
    Down = 4,
}

/// <summary>What a node is for; stored as bits.</summary>
[Flags]
public enum NodeRoles : byte
{
    /// <summary>It has listeners and may carry floating addresses.</summary>
    Edge = 1,

    /// <summary>It owns shards.</summary>
    Actors = 2,
}

/// <summary>What a node tells of itself with every heartbeat.</summary>
/// <param name="DispatchLag">How late its own scheduler was.</param>
/// <param name="Commit">How long its last commit took.</param>
public readonly record struct BeatReport(TimeSpan DispatchLag, TimeSpan Commit, int Calls)
{
    /// <summary>Number of the version of the configuration that it runs; 0: not told. To the arbiter only, not in pulses.</summary>
    public long Configuration { get; init; }

    /// <summary>Why the active version cannot be taken there, in one line; null if it runs, or is about to. To the arbiter only.</summary>
    public string? ConfigurationProblem { get; init; }
}

/// <summary>One node as the arbiter knows it.</summary>
/// <param name="Link">Host and port where the others reach it.</param>
/// <param name="Level">Of its software: which events it can read and write.</param>
/// <param name="Beat">Counts its heartbeats: it lives as long as this grows. Never compared with a clock.</param>
/// <param name="Quarantined">It was fenced twice in short time: it owns nothing for a while.</param>
public sealed record NodeRow(
    Incarnation Incarnation, string Name, MemberPhase Phase, bool Fenced, NodeRoles Roles, int Level, string Link, long Beat, BeatReport Report, bool Quarantined)
{
    /// <summary>It may own what its roles allow.</summary>
    public bool IsUp => Phase == MemberPhase.Up && !Fenced;
}

/// <summary>Null: nobody. An owner that is fenced, or is not its node's newest incarnation, is as good as nobody.</summary>
public readonly record struct OwnedShard(ShardId Shard, Incarnation? Owner, Epoch Epoch);

/// <param name="Address">As configured: address and prefix length, such as 10.9.0.10/24.</param>
public readonly record struct OwnedAddress(string Address, Incarnation? Owner, Epoch Epoch);

/// <summary><paramref name="Voter"/> hears nothing from <paramref name="Target"/>, though its heartbeats reach the arbiter.</summary>
public readonly record struct Vote(Incarnation Target, Incarnation Voter);

/// <summary>What the arbiter answers to a heartbeat: one snapshot.</summary>
/// <param name="MapVersion">Grows with every change of ownership.</param>
/// <param name="Shards">All of them, or default if nothing has changed since the version that was asked for; likewise <paramref name="Addresses"/>.</param>
/// <param name="FeatureLevel">The lowest level of all nodes that are not down: nothing may be written that it cannot read.</param>
public sealed record ClusterView(
    long MapVersion, int FeatureLevel, ImmutableArray<NodeRow> Nodes, ImmutableArray<Vote> Votes, ImmutableArray<OwnedShard> Shards, ImmutableArray<OwnedAddress> Addresses)
{
    /// <summary>Number of the active version of the configuration; 0: there is none yet.</summary>
    public long Configuration { get; init; }
}

/// <summary>What a node owns after a claim or has handed over, at the new epochs.</summary>
public sealed record Holdings(ImmutableArray<Fence> Shards, ImmutableArray<OwnedAddress> Addresses)
{
    public static readonly Holdings None = new([], []);
}
