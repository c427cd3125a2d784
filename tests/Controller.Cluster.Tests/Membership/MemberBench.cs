using System.Collections.Immutable;
using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Cluster.Shards;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Tests.Membership;

/// <summary>A member of three under a clock that only the test moves: the others beat and are heard unless they are said not to.</summary>
internal sealed class MemberBench
{
    public const int Shards = 12;
    public const string Address = "10.9.0.10/24";

    private readonly Dictionary<int, NodeRow> _rows = [];
    private readonly List<MemberCommand> _commands = [];
    private ImmutableArray<OwnedShard> _shards = [.. Enumerable.Range(0, Shards).Select(shard => new OwnedShard(new ShardId(shard), null, new Epoch(0)))];
    private ImmutableArray<OwnedAddress> _addresses = [];
    private ImmutableArray<Vote> _votes = [];

    private const NodeRoles Both = NodeRoles.Edge | NodeRoles.Actors;

    public MemberBench(NodeRoles roles = Both)
    {
        foreach (int node in new[] { 1, 2, 3 })
        {
            _rows[node] = new NodeRow(Run(node), $"sbc{node}", node == 1 ? MemberPhase.Joining : MemberPhase.Up, false, roles, 1, $"10.9.0.{node}:7601", 0, default, false);
        }

        Table = new ShardTable(Shards);
        Member = new Member(new MemberOptions(Run(1), roles, Shards, [Address]), Table);
    }

    public Member Member { get; }
    public ShardTable Table { get; }
    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(100);

    /// <summary>Who beats at the arbiter.</summary>
    public HashSet<int> Beating { get; } = [2, 3];

    /// <summary>Who sends frames to this node.</summary>
    public HashSet<int> Heard { get; } = [2, 3];

    /// <summary>Whose pulses say that the arbiter answers them.</summary>
    public HashSet<int> Answered { get; } = [2, 3];

    /// <summary>The arbiter answers this node.</summary>
    public bool IsAnswered { get; set; } = true;

    public static Incarnation Run(int node) => new(new NodeId(node), 10 + node);

    /// <summary>Connected, up, and owner of a third; the others own the rest and one of them the address, if any may.</summary>
    public static MemberBench Up(NodeRoles roles = Both)
    {
        var bench = new MemberBench(roles);
        bench.Own(2, 0, 1, 2, 3);
        bench.Own(3, 4, 5, 6, 7);
        bench.Own(1, 8, 9, 10, 11);
        if ((roles & NodeRoles.Edge) != 0)
        {
            bench.Hold(2);
        }

        bench.Pass(TimeSpan.Zero);
        bench.Give(new MemberInput.LinkUp(Run(2)));
        bench.Give(new MemberInput.LinkUp(Run(3)));
        bench.Pass(TimeSpan.FromMilliseconds(200));
        IReadOnlyList<MemberCommand> wanted = bench.Take();
        Assert.Single(wanted.OfType<MemberCommand.Enter>());
        bench.Phase(1, MemberPhase.Up);
        bench.Give(new MemberInput.Entered(MemberPhase.Up, Failed: false));
        MemberCommand.Open open = Assert.Single(wanted.OfType<MemberCommand.Open>());
        bench.Give(new MemberInput.Opened(open.Shards, 0, Failed: false));
        bench.Take();
        return bench;
    }

    public void Phase(int node, MemberPhase phase, bool fenced = false) => _rows[node] = _rows[node] with { Phase = phase, Fenced = fenced };

    public void Restarted(int node) => _rows[node] = _rows[node] with { Incarnation = new Incarnation(new NodeId(node), 20 + node), Phase = MemberPhase.Joining };

    public void Own(int node, params ReadOnlySpan<int> shards)
    {
        foreach (int shard in shards)
        {
            _shards = _shards.SetItem(shard, new OwnedShard(new ShardId(shard), Run(node), _shards[shard].Epoch.Next));
        }
    }

    public void Hold(int node) => _addresses = [new OwnedAddress(Address, Run(node), new Epoch(_addresses.IsEmpty ? 1 : _addresses[0].Epoch.Value + 1))];

    public void Vote(params ReadOnlySpan<(int Voter, int Target)> votes) => _votes = [.. votes.ToArray().Select(vote => new Vote(Run(vote.Target), Run(vote.Voter)))];

    public void Give(MemberInput input) => _commands.AddRange(Member.Step(input, Now));

    /// <summary>Time passes: ticks, heartbeats and pulses, as they would.</summary>
    public void Pass(TimeSpan time)
    {
        TimeSpan until = Now + time;
        do
        {
            if (IsAnswered && (Now.TotalMilliseconds % 200) == 0)
            {
                Beat();
            }

            foreach (int node in Heard)
            {
                Give(new MemberInput.Heard(Run(node), new Frame.Pulse(0, default, Answered.Contains(node))));
            }

            Give(MemberInput.Tick.Instance);
            Now += Now < until ? TimeSpan.FromMilliseconds(50) : TimeSpan.Zero;
        }
        while (Now < until);
    }

    /// <summary>The process gets no processor: nothing comes in and nothing is looked at.</summary>
    public void StandStill(TimeSpan time) => Now += time;

    public void Beat()
    {
        foreach (int node in Beating)
        {
            _rows[node] = _rows[node] with { Beat = _rows[node].Beat + 1 };
        }

        Give(new MemberInput.Beaten(Now, new ClusterView(1, 1, [.. _rows.Values], _votes, _shards, _addresses)));
    }

    /// <summary>What was wanted since the last look.</summary>
    public IReadOnlyList<MemberCommand> Take()
    {
        MemberCommand[] taken = [.. _commands];
        _commands.Clear();
        return taken;
    }

    /// <summary>The only one of its kind since the last look.</summary>
    public T Single<T>()
        where T : MemberCommand
        => Assert.Single(Take().OfType<T>());

    public void None<T>()
        where T : MemberCommand
        => Assert.Empty(Take().OfType<T>());
}
