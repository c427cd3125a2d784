using System.Collections.Immutable;
using Controller.Cluster.Membership;
using Controller.Sharding.Journal;
using Controller.Sharding.Model;
using Controller.Simulation.Tests.World;

namespace Controller.Simulation.Tests.Cluster;

/// <summary>One run's way to the rows that all nodes share: each batch is a fenced transaction of the virtual arbiter.</summary>
/// <param name="site">Whose rows are everybody's; they know no fences, the arbiter does.</param>
internal sealed class VirtualJournal(Machines machines, VirtualNode node, CallSite site, ReadOnlyMemory<byte> secret) : IJournal
{
    private readonly Incarnation _self = node.Self;
    private bool _gone;

    public JournalClaim Claim(IReadOnlyList<ShardId> shards) => new([], secret);

    public void Append(JournalBatch batch)
    {
        // What is lent until the completion is copied: a run that dies completes nothing and its commit may stand.
        ImmutableArray<Fence> fences = [.. batch.Entries.Select(entry => entry.Fence).Distinct()];
        ImmutableArray<JournalEntry> entries =
            [.. batch.Entries.Select(entry => entry with { Payload = entry.Payload.ToArray(), Outbox = entry.Outbox.ToArray(), Fence = new Fence(entry.Fence.Shard, site.RowsEpoch) })];
        bool early = machines.Flaw == NodeFlaw.SendsBeforeCommit;
        machines.Commit(node, new VirtualStore.Write(_self, fences, () => Store(entries)), stands =>
        {
            if (!_gone && !early)
            {
                batch.Completed(stands ? AppendResult.Appended.Instance : new AppendResult.Fenced(fences.FirstOrDefault(fence => !machines.Store.Holds(_self, fence), fences[0])));
            }
        });
        if (early)
        {
            node.Later(0, () => batch.Completed(AppendResult.Appended.Instance));
        }
    }

    public void Recover(IReadOnlyCollection<ShardId> shards, Action<JournalRow> row) => site.Rows.Recover(shards, row);

    public void Forget(IReadOnlyList<ShardId> shards)
    {
    }

    public IReadOnlyList<JournalRow> Load(ActorId actor) => site.Rows.Load(actor);

    public IReadOnlyList<OutboxRow> ReadOutbox(int limit) => [];

    public void RemoveOutbox(long throughId)
    {
    }

    public void Dispose() => _gone = true;

    /// <summary>C1: an actor's rows continue each other, whoever wrote them.</summary>
    private void Store(ImmutableArray<JournalEntry> entries)
    {
        var batch = new Stored(entries);
        site.Rows.Append(batch);
        site.Commits++;
        if (batch.Result is not AppendResult.Appended)
        {
            throw new ViolationException("C1", $"node {_self} commits {string.Join(", ", entries.Select(entry => $"{entry.Actor} {entry.Sequence}"))}: {batch.Result}");
        }
    }

    private sealed class Stored(ImmutableArray<JournalEntry> entries) : JournalBatch
    {
        public AppendResult? Result { get; private set; }

        public override IReadOnlyList<JournalEntry> Entries => entries;

        public override void Completed(AppendResult result) => Result = result;
    }
}
