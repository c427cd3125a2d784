namespace Controller.Cluster.Membership;

/// <summary>What this node has seen of another one's run. Times are on this node's monotonic clock.</summary>
internal sealed class Peer(Incarnation node, TimeSpan now)
{
    public Incarnation Node { get; } = node;

    public bool Connected { get; set; }

    /// <summary>It said that it would go.</summary>
    public bool SaidGoodbye { get; set; }

    /// <summary>Nobody listens where it did: its process is gone.</summary>
    public bool Refuses { get; set; }

    /// <summary>The last frame; at first the moment from which frames could be expected.</summary>
    public TimeSpan HeardAt { get; set; } = now;

    /// <summary>Its last pulse said so.</summary>
    public bool ArbiterAnswers { get; set; } = true;

    public long Beat { get; set; } = -1;

    /// <summary>When its heartbeat at the arbiter was last seen to have grown.</summary>
    public TimeSpan BeatAt { get; set; } = now;

    /// <summary>Heartbeats of our own that the arbiter has answered since then, each showing the same old beat.</summary>
    public int BeatsMissed { get; set; }

    public TimeSpan AskedAt { get; set; } = MemberContext.LongAgo;

    /// <summary>When another node last said that it does not hear it either.</summary>
    public TimeSpan UnheardByOthersAt { get; set; } = MemberContext.LongAgo;

    public TimeSpan ProbedAt { get; set; } = MemberContext.LongAgo;

    /// <summary>A fence is under way, or was tried and failed: not before.</summary>
    public TimeSpan FenceAgainAt { get; set; } = MemberContext.LongAgo;

    public bool Fencing { get; set; }

    /// <summary>After a pause of this node's own: what it has not heard meanwhile is no evidence.</summary>
    public void StartAgain(TimeSpan from)
    {
        HeardAt = from;
        BeatAt = from;
        BeatsMissed = 0;
        UnheardByOthersAt = MemberContext.LongAgo;
    }
}
