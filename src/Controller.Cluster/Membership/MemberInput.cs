using System.Collections.Immutable;
using Controller.Cluster.Links;
using Controller.Sharding.Model;

namespace Controller.Cluster.Membership;

/// <summary>Everything that can reach a member of the cluster.</summary>
public abstract record MemberInput
{
    private MemberInput() { }

    /// <summary>At least every quarter of a heartbeat.</summary>
    public sealed record Tick : MemberInput
    {
        public static readonly Tick Instance = new();
    }

    /// <summary>The arbiter has answered a heartbeat.</summary>
    /// <param name="Asked">When it was sent, on this node's monotonic clock: from then on the trust is counted.</param>
    public sealed record Beaten(TimeSpan Asked, ClusterView View) : MemberInput;

    /// <summary>What this node asked the arbiter for is done. A failure says nothing: the next heartbeat does.</summary>
    public sealed record Entered(MemberPhase Phase, bool Failed) : MemberInput;

    /// <summary>What this node votes has reached the arbiter.</summary>
    public sealed record Accused(bool Failed) : MemberInput;

    /// <param name="Failed">Or somebody who was to live does not any more: what was decided is to be decided anew.</param>
    public sealed record Fenced(Incarnation Suspect, bool Failed) : MemberInput;

    /// <param name="Holdings">Null: failed.</param>
    public sealed record Claimed(ImmutableArray<ShardId> Shards, ImmutableArray<string> Addresses, Holdings? Holdings) : MemberInput;

    /// <inheritdoc cref="Claimed"/>
    public sealed record HandedOff(Incarnation To, ImmutableArray<Fence> Shards, Holdings? Holdings) : MemberInput;

    /// <summary>The arbiter said that this incarnation may write no more.</summary>
    public sealed record Replaced(string Reason) : MemberInput;

    /// <summary>The engine has read back the actors of these, or could not.</summary>
    public sealed record Opened(ImmutableArray<Fence> Shards, int Actors, bool Failed) : MemberInput;

    public sealed record Released(ImmutableArray<Fence> Shards) : MemberInput;

    public sealed record LinkUp(Incarnation Peer) : MemberInput;

    public sealed record LinkDown(Incarnation Peer) : MemberInput;

    public sealed record Heard(Incarnation Peer, Frame Frame) : MemberInput;

    public sealed record Probed(Incarnation Peer, ProbeOutcome Outcome) : MemberInput;

    /// <summary>An operator wants this node to give away what it owns and to end.</summary>
    public sealed record Drain : MemberInput
    {
        public static readonly Drain Instance = new();
    }
}
