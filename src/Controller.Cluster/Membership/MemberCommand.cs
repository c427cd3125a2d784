using System.Collections.Immutable;
using Controller.Cluster.Links;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Membership;

/// <summary>Everything that a member wants done. None of it is waited for: what comes of it is an input.</summary>
public abstract record MemberCommand
{
    private MemberCommand() { }

    /// <summary>Until then, on this node's monotonic clock, the engine may act.</summary>
    public sealed record Trust(TimeSpan Until) : MemberCommand;

    /// <summary>
    /// Until then the floating addresses that are ours stay, though the arbiter does not answer: it answers nobody, so nobody can take them, and whoever calls is
    /// told to come back instead of meeting nobody.
    /// </summary>
    public sealed record KeepAddresses(TimeSpan Until) : MemberCommand;

    public sealed record Know(ImmutableArray<PeerAddress> Peers) : MemberCommand;

    public sealed record Send(NodeId To, Frame Frame) : MemberCommand;

    public sealed record Probe(PeerAddress Peer) : MemberCommand;

    /// <summary>The arbiter's transactions, one after the other in the order of asking.</summary>
    public abstract record Ask : MemberCommand;

    public sealed record Enter(MemberPhase Phase) : Ask;

    public sealed record Accuse(ImmutableArray<Incarnation> Targets) : Ask;

    /// <param name="Living">Links alone speak against it, and not against it alone: only if all of these live still. Empty: it is to be fenced whoever else lives.</param>
    public sealed record Fence(Incarnation Suspect, string Cause, ImmutableArray<Incarnation> Living) : Ask;

    public sealed record Claim(ImmutableArray<ShardId> Shards, ImmutableArray<string> Addresses, string Cause) : Ask;

    public sealed record HandOff(Incarnation To, ImmutableArray<Sharding.Model.Fence> Shards, ImmutableArray<OwnedAddress> Addresses) : Ask;

    public sealed record Open(ImmutableArray<Sharding.Model.Fence> Shards) : MemberCommand;

    public sealed record Release(ImmutableArray<Sharding.Model.Fence> Shards) : MemberCommand;

    public sealed record Lose(ImmutableArray<ShardId> Shards) : MemberCommand;

    public sealed record Take(string Address) : MemberCommand;

    public sealed record Drop(string Address) : MemberCommand;

    /// <summary>For the operator: one line with numbers.</summary>
    public sealed record Tell(MemberNews News) : MemberCommand;

    /// <summary>This incarnation may write no more: nothing of it may leave, the process ends.</summary>
    public sealed record Die(string Reason) : MemberCommand;

    /// <summary>Everything is handed over, or nobody is left to take it: the process may end.</summary>
    public sealed record Leave : MemberCommand;
}

/// <summary>What an operator is told.</summary>
public abstract record MemberNews
{
    private MemberNews() { }

    public sealed record PhaseIs(MemberPhase Phase) : MemberNews;

    /// <param name="Silence">How long nothing had been heard of it when it was decided to fence it.</param>
    public sealed record Suspected(Incarnation Node, string Cause, TimeSpan Silence) : MemberNews;

    /// <summary>Shards came in by claims and are open. Times are from the suspicion, or from the moment that they were seen without an owner; fenced is zero if another did it.</summary>
    public sealed record TookOver(int Shards, int Actors, TimeSpan Fenced, TimeSpan Claimed, TimeSpan Opened) : MemberNews;

    /// <summary>Shards that were handed over to us are open.</summary>
    /// <param name="Opened">From the word that they are ours.</param>
    public sealed record Received(int Shards, int Actors, TimeSpan Opened) : MemberNews;

    /// <summary>The times are from the release, when inputs began to wait: until nothing of the shards was under way here, until the arbiter had said yes, and until the new owner took inputs.</summary>
    public sealed record Gave(int Shards, Incarnation To, TimeSpan Released, TimeSpan HandedOff, TimeSpan Pause) : MemberNews;

    /// <summary>What was asked of the arbiter or the engine failed and will be tried again.</summary>
    public sealed record Trouble(string What) : MemberNews;
}
