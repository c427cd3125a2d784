using Controller.Cluster.Links;
using Controller.Sharding.Model;

namespace Controller.Cluster.Membership;

/// <summary>What a member's commands are done by.</summary>
/// <param name="Take">A floating address becomes this node's; <paramref name="Drop"/>: not any more.</param>
/// <param name="KeepAddresses">Until then the addresses stay, trusted or not.</param>
/// <param name="Opened">The engine takes inputs of a shard from now on; <paramref name="Closed"/>: not any more.</param>
/// <param name="News">For the operator.</param>
/// <param name="Die">The process ends, without a word to anybody.</param>
/// <param name="Left">Everything is handed over.</param>
public sealed record NodeLimbs(
    IArbiter Arbiter,
    ILinks Links,
    IShardHost Shards,
    Action<string> Take,
    Action<string> Drop,
    Action<TimeSpan> KeepAddresses,
    Action TrustChanged,
    Action<ShardId> Opened,
    Action<ShardId> Closed,
    Action<MemberNews> News,
    Action<string> Die,
    Action Left);

/// <summary>Feeds the member and does what it wants. Nothing here waits; one thread, or the one of a simulation.</summary>
public sealed class ClusterNode(Member member, MemberInbox inbox, NodeTrust trust, NodeLimbs limbs)
{
    private static readonly TimeSpan ProbeWithin = TimeSpan.FromMilliseconds(300);

    /// <summary>Takes what waits.</summary>
    /// <returns>False if nothing did.</returns>
    public bool Pump()
    {
        bool taken = false;
        while (inbox.TryTake(out MemberInput? input))
        {
            Step(input);
            taken = true;
        }

        return taken;
    }

    /// <summary>Takes one that need not wait, for it came on the member's own thread; first what waits.</summary>
    public void Take(MemberInput input)
    {
        Pump();
        Step(input);
    }

    /// <summary>Lets the member look at the time: at least every quarter of a heartbeat.</summary>
    public void Tick() => Step(MemberInput.Tick.Instance);

    private void Step(MemberInput input)
    {
        // Most inputs are signs of life, of which nothing comes: an enumerator for each would be all that they leave behind.
        IReadOnlyList<MemberCommand> commands = member.Step(input, trust.Now);
        for (int i = 0; i < commands.Count; i++)
        {
            Do(commands[i]);
        }
    }

    private void Do(MemberCommand command)
    {
        switch (command)
        {
            case MemberCommand.Trust window:
                bool held = trust.Holds;
                trust.HoldUntil(window.Until);
                if (!held)
                {
                    limbs.TrustChanged();
                }

                break;
            case MemberCommand.KeepAddresses keep:
                limbs.KeepAddresses(keep.Until);
                break;
            case MemberCommand.Ask request:
                limbs.Arbiter.Ask(request);
                break;
            case MemberCommand.Know know:
                limbs.Links.Know(know.Peers);
                break;
            case MemberCommand.Send send:
                limbs.Links.Send(send.To, send.Frame);
                break;
            case MemberCommand.Probe probe:
                limbs.Links.Probe(probe.Peer, ProbeWithin);
                break;
            case MemberCommand.Open open:
                limbs.Shards.Own(open.Shards, (actors, failure) => Opened(open, actors, failure));
                break;
            case MemberCommand.Release release:
                limbs.Shards.Release([.. release.Shards.Select(fence => fence.Shard)], () => Released(release));
                break;
            case MemberCommand.Lose lose:
                limbs.Shards.Lose(lose.Shards);
                foreach (ShardId shard in lose.Shards)
                {
                    limbs.Closed(shard);
                }

                break;
            case MemberCommand.Take take:
                limbs.Take(take.Address);
                break;
            case MemberCommand.Drop drop:
                limbs.Drop(drop.Address);
                break;
            case MemberCommand.Tell tell:
                limbs.News(tell.News);
                break;
            case MemberCommand.Die die:
                trust.End();
                limbs.Die(die.Reason);
                break;
            case MemberCommand.Leave:
                limbs.Left();
                break;
        }
    }

    private void Opened(MemberCommand.Open open, int actors, Exception? failure)
    {
        if (failure is null)
        {
            foreach (Fence fence in open.Shards)
            {
                limbs.Opened(fence.Shard);
            }
        }

        inbox.Post(new MemberInput.Opened(open.Shards, actors, failure is not null));
    }

    private void Released(MemberCommand.Release release)
    {
        foreach (Fence fence in release.Shards)
        {
            limbs.Closed(fence.Shard);
        }

        inbox.Post(new MemberInput.Released(release.Shards));
    }
}
