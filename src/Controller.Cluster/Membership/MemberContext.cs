using Controller.Cluster.Links;
using Controller.Cluster.Shards;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Membership;

/// <summary>What the parts of a member share: what it knows of the others, and what it wants done. One thread.</summary>
internal sealed class MemberContext(MemberOptions options, ShardTable table)
{
    /// <summary>Before anything that can have happened.</summary>
    public static readonly TimeSpan LongAgo = TimeSpan.FromDays(-1000);

    private readonly Dictionary<NodeId, NodeRow> _rows = [];
    private readonly HashSet<Incarnation> _fenced = [];
    private readonly HashSet<Incarnation> _leaving = [];
    private readonly List<NodeRow> _others = [];

    public MemberOptions Options { get; } = options;
    public ShardTable Table { get; } = table;

    /// <summary>Of the input that is being taken; on this node's monotonic clock.</summary>
    public TimeSpan Now { get; set; }

    public MemberPhase Phase { get; private set; } = MemberPhase.Joining;

    /// <summary>It has ended: fenced, or left. Nothing more is wanted.</summary>
    public bool Over { get; set; }

    public TimeSpan TrustedUntil { get; set; } = MemberContext.LongAgo;

    public bool Trusted => Now < TrustedUntil;

    /// <summary>Grows whenever something that decides over owners may have changed: a node, a fence, an owner.</summary>
    public int Changes { get; private set; }

    /// <summary>When a node came, went or changed its phase for the last time.</summary>
    public TimeSpan NodesChangedAt { get; private set; }

    /// <summary>The first suspicion, and the first fence, since the last takeover was complete.</summary>
    public TimeSpan? SuspectedAt { get; set; }

    public TimeSpan? FencedAt { get; set; }

    public List<MemberCommand> Commands { get; } = [];

    public IEnumerable<NodeRow> Rows => _rows.Values;

    /// <summary>The other nodes that own something or may: not the fenced, not those that have left.</summary>
    public List<NodeRow> Others => _others;

    public void Want(MemberCommand command) => Commands.Add(command);

    public void Tell(MemberNews news) => Commands.Add(new MemberCommand.Tell(news));

    public void Changed() => Changes++;

    /// <summary>The arbiter has it; its next view says the same.</summary>
    public void Enter(MemberPhase phase)
    {
        Phase = phase;
        if (_rows.TryGetValue(Options.Self.Node, out NodeRow? own))
        {
            _rows[Options.Self.Node] = own with { Phase = phase };
        }

        NodesChanged();
    }

    public NodeRow? Row(NodeId node) => _rows.GetValueOrDefault(node);

    /// <summary>The arbiter has it fenced, or a newer one runs in its place, or it has left: what it owned is anybody's.</summary>
    public bool IsDead(Incarnation node) =>
        _fenced.Contains(node) || !_rows.TryGetValue(node.Node, out NodeRow? row) || row.Incarnation != node || row.Fenced || row.Phase == MemberPhase.Down;

    public bool IsUp(Incarnation node) => !IsDead(node) && _rows[node.Node].Phase == MemberPhase.Up;

    /// <summary>Who may own shards now. Those in quarantine only if there is nobody else.</summary>
    public IReadOnlyList<NodeId> Owners() => Fit(NodeRoles.Actors);

    public IReadOnlyList<NodeId> Edges() => Fit(NodeRoles.Edge);

    public void Learn(ClusterView view)
    {
        foreach (NodeRow read in view.Nodes)
        {
            // The view may have been read before it was said.
            NodeRow row = read.Phase == MemberPhase.Up && _leaving.Contains(read.Incarnation) ? read with { Phase = MemberPhase.Leaving } : read;
            NodeRow? before = _rows.GetValueOrDefault(row.Incarnation.Node);
            _rows[row.Incarnation.Node] = row;
            if (before is null || before.Incarnation != row.Incarnation || before.Phase != row.Phase || before.Fenced != row.Fenced || before.Quarantined != row.Quarantined)
            {
                NodesChanged();
            }
        }

        // Each view brings new beats.
        FindOthers();
    }

    /// <summary>A fact that the arbiter has committed.</summary>
    public void LearnFenced(Incarnation node)
    {
        if (_fenced.Add(node))
        {
            NodesChanged();
            FindOthers();
        }
    }

    /// <inheritdoc cref="LearnFenced"/>
    public void LearnLeaving(Incarnation node)
    {
        if (_leaving.Add(node) && _rows.TryGetValue(node.Node, out NodeRow? row) && row.Incarnation == node && row.Phase == MemberPhase.Up)
        {
            _rows[node.Node] = row with { Phase = MemberPhase.Leaving };
            NodesChanged();
            FindOthers();
        }
    }

    /// <summary>To all that may be reached; who is not connected learns it from the arbiter.</summary>
    public void Broadcast(Frame frame)
    {
        foreach (NodeRow other in Others)
        {
            Want(new MemberCommand.Send(other.Incarnation.Node, frame));
        }
    }

    private void NodesChanged()
    {
        NodesChangedAt = Now;
        Changed();
    }

    /// <summary>They are looked at with every frame that comes in, and change seldom.</summary>
    private void FindOthers()
    {
        _others.Clear();
        foreach (NodeRow row in _rows.Values)
        {
            if (row.Incarnation.Node != Options.Self.Node && !IsDead(row.Incarnation))
            {
                _others.Add(row);
            }
        }
    }

    private List<NodeId> Fit(NodeRoles role)
    {
        List<NodeRow> up = [.. _rows.Values.Where(row => IsUp(row.Incarnation) && (row.Roles & role) != 0)];
        List<NodeId> fit = [.. up.Where(row => !row.Quarantined).Select(row => row.Incarnation.Node).Order(Comparer<NodeId>.Create((a, b) => a.Value.CompareTo(b.Value)))];
        return fit.Count > 0 ? fit : [.. up.Select(row => row.Incarnation.Node).OrderBy(node => node.Value)];
    }
}
