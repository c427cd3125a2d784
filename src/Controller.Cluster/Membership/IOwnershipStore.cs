using Controller.Sharding.Journal;
using Controller.Sharding.Model;

namespace Controller.Cluster.Membership;

/// <summary>
/// The arbiter, as one node meets it: the transactions of failover.md section 4.2 for its own incarnation. Each is atomic and fenced. They block; a failure
/// leaves the outcome open, and the next <see cref="Beat"/> shows it.
/// </summary>
/// <exception cref="JournalException">Not reachable, or no answer in time: the outcome is not known.</exception>
/// <exception cref="FencedException">This incarnation has been fenced or replaced.</exception>
public interface IOwnershipStore
{
    Incarnation Self { get; }

    /// <summary>Shows that this node lives, and reads the others. A caller of its own: never waits behind the other transactions.</summary>
    ClusterView Beat(BeatReport report, long knownMapVersion);

    /// <summary>Joining → Up → Leaving → Down.</summary>
    void Enter(MemberPhase phase);

    /// <summary>Replaces what this node votes.</summary>
    void Accuse(IReadOnlyList<Incarnation> targets);

    /// <summary>From now on nothing of the suspect's is committed.</summary>
    /// <param name="living">
    /// Only if none of these is fenced or replaced. Of a link that is broken either end may go: two judges who have seen different votes must not make both go, so what
    /// each of them takes for living is compared before it is believed. Of several such fences one is done at a time.
    /// </param>
    FenceOutcome Fence(Incarnation suspect, string cause, params IReadOnlyCollection<Incarnation> living);

    /// <summary>Takes shards and addresses that nobody owns who may still write.</summary>
    /// <returns>Those that are ours now; those that another was first to take are left out.</returns>
    Holdings Claim(IReadOnlyList<ShardId> shards, IReadOnlyList<string> addresses, string cause);

    /// <summary>Gives away what is ours; waits for our own commits in flight.</summary>
    /// <returns>What the other owns now; empty if it may not write any more.</returns>
    Holdings HandOff(Incarnation to, IReadOnlyList<Fence> shards, IReadOnlyList<OwnedAddress> addresses);
}

/// <summary>What became of a fence.</summary>
public enum FenceOutcome
{
    Done,

    /// <summary>It is fenced, or another run of it has begun: nothing of it is committed any more, but that was done before.</summary>
    Before,

    /// <summary>Nothing was done: one of those that were to live does not.</summary>
    Overtaken,
}

/// <summary>This incarnation may write no more.</summary>
public sealed class FencedException : Exception
{
    public FencedException() { }
    public FencedException(string message) : base(message) { }
    public FencedException(string message, Exception inner) : base(message, inner) { }
}
