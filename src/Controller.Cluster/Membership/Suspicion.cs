using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Controller.Cluster.Links;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Membership;

/// <summary>
/// When another node is to be fenced (failover.md section 3). A false suspicion is safe, for the arbiter decides who may commit; it costs a takeover.
/// <code>
///   1 its process is gone     the link ended and nobody listens any more                       at once
///   2 it is silent            no frame and no heartbeat, or no frame here nor at another node  suspect-after
///   3 it is cut off           frames, but no heartbeat at the arbiter, while ours are answered  suspect-after
///   4 a link is broken        no frame, but heartbeats, and others hear it                      votes: the most, then the higher number
/// </code>
/// Where links alone speak against a node, another judge may have seen other votes and condemn its counterpart: such a fence stands only if everybody whom the judge
/// took for living lives still.
/// Whoever doubts itself accuses nobody: after a pause of its own, without answers from the arbiter, or hearing nobody.
/// </summary>
internal sealed class Suspicion(MemberContext context)
{
    private const int BeatsToMiss = 4;

    /// <summary>Of the arbiter, what it has not done: its next view comes before.</summary>
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan ProbeAgain = TimeSpan.FromMilliseconds(200);

    /// <summary>How long votes are collected: another's comes with its next heartbeat and is seen with ours.</summary>
    private static readonly TimeSpan VotesWithin = TimeSpan.FromMilliseconds(400);

    private readonly Dictionary<NodeId, Peer> _peers = [];
    private readonly List<Incarnation> _unheard = [];
    private ImmutableArray<PeerAddress> _known = [];
    private ImmutableArray<Incarnation> _accused = [];

    /// <summary>Null: the arbiter has what we vote, or is about to have it.</summary>
    private TimeSpan? _voteAgainAt;
    private ImmutableArray<Vote> _votes = [];
    private TimeSpan _votedAt = TimeSpan.MaxValue;
    private TimeSpan _lastLinkFence = MemberContext.LongAgo;
    private Incarnation? _fencingForLinks;
    private TimeSpan _lastTick = MemberContext.LongAgo;

    /// <summary>Every node that is up hears us and is heard: without that nobody may own anything.</summary>
    public bool HearsAll => context.Others.TrueForAll(row => row.Phase is not (MemberPhase.Up or MemberPhase.Leaving) || (Of(row.Incarnation) is { } peer && Hears(peer)));

    /// <summary>Every other node is heard, and none is answered by the arbiter: nothing can change hands.</summary>
    public bool NobodyIsAnswered => context.Others.TrueForAll(row => Of(row.Incarnation) is { ArbiterAnswers: false } peer && Hears(peer));

    public bool IsConnected(Incarnation node) => Of(node) is { Connected: true };

    /// <summary>All are heard and none is accused, until a silence becomes too long, or our own.</summary>
    /// <inheritdoc cref="Member.QuietUntil"/>
    public TimeSpan QuietUntil
    {
        get
        {
            if (!_votes.IsEmpty || !_accused.IsEmpty || _voteAgainAt is not null)
            {
                return MemberContext.LongAgo;
            }

            // The tick behind that time, which may be a quarter of a heartbeat later, must not come so late that we doubt ourselves.
            TimeSpan doubted = _lastTick + (context.Options.SuspectAfter / 2) - (context.Options.Heartbeat / 4);
            TimeSpan first = context.TrustedUntil < doubted ? context.TrustedUntil : doubted;
            foreach (NodeRow row in context.Others)
            {
                if (row.Phase == MemberPhase.Joining)
                {
                    continue;
                }

                if (Of(row.Incarnation) is not { Connected: true, Fencing: false } peer)
                {
                    return MemberContext.LongAgo;
                }

                TimeSpan seen = peer.HeardAt < peer.BeatAt ? peer.HeardAt : peer.BeatAt;
                first = seen + context.Options.SuspectAfter < first ? seen + context.Options.SuspectAfter : first;
            }

            return first;
        }
    }

    public void OnBeat(ClusterView view)
    {
        foreach (NodeRow row in context.Others)
        {
            if (!_peers.TryGetValue(row.Incarnation.Node, out Peer? peer) || peer.Node != row.Incarnation)
            {
                _peers[row.Incarnation.Node] = peer = new Peer(row.Incarnation, context.Now);
            }

            if (row.Beat != peer.Beat)
            {
                (peer.Beat, peer.BeatAt, peer.BeatsMissed) = (row.Beat, context.Now, 0);
            }
            else
            {
                peer.BeatsMissed++;
            }
        }

        _votes = view.Votes.IsEmpty ? [] : [.. view.Votes.Where(vote => !IsVoid(vote))];
        _votedAt = _votes.IsEmpty ? TimeSpan.MaxValue : _votedAt == TimeSpan.MaxValue ? context.Now : _votedAt;
        Know();
    }

    public void OnLinkUp(Incarnation node)
    {
        if (Of(node) is { } peer)
        {
            (peer.Connected, peer.Refuses, peer.HeardAt) = (true, false, context.Now);

            // It may be given something from now on.
            context.Changed();
        }
    }

    public void OnLinkDown(Incarnation node)
    {
        if (Of(node) is { } peer)
        {
            peer.Connected = false;
            Probe(peer);
        }
    }

    public void OnProbed(Incarnation node, ProbeOutcome outcome)
    {
        if (Of(node) is { Connected: false } peer)
        {
            peer.Refuses = outcome == ProbeOutcome.Refused;
        }
    }

    public void OnFrame(Incarnation from, Frame frame)
    {
        if (Of(from) is not { } peer)
        {
            return;
        }

        peer.HeardAt = context.Now;
        switch (frame)
        {
            case Frame.Pulse pulse:
                peer.ArbiterAnswers = pulse.ArbiterAnswers;
                break;
            case Frame.Goodbye:
                peer.SaidGoodbye = true;
                break;
            case Frame.DoYouHear question:
                context.Want(new MemberCommand.Send(from.Node, new Frame.Heard(question.Node, Of(question.Node) is { } asked && Hears(asked))));
                break;
            case Frame.Heard { IsHeard: false } answer when Of(answer.Node) is { } other:
                other.UnheardByOthersAt = context.Now;
                break;
        }
    }

    /// <summary>A vote that did not arrive, or was not withdrawn, says the wrong thing until it does.</summary>
    public void OnAccused(bool failed) => _voteAgainAt = failed ? context.Now + AskAgain : null;

    public void OnFenced(Incarnation suspect, bool failed)
    {
        if (Of(suspect) is { } peer)
        {
            (peer.Fencing, peer.FenceAgainAt) = (false, context.Now + AskAgain);
            if (failed && _fencingForLinks == suspect)
            {
                _lastLinkFence = MemberContext.LongAgo;
                context.Tell(new MemberNews.Trouble($"node {suspect} is not fenced yet: the arbiter did not answer, or another node was fenced meanwhile"));
            }
        }

        if (!failed)
        {
            context.FencedAt ??= context.Now;
            context.LearnFenced(suspect);
            context.Broadcast(new Frame.Fenced(suspect));
            Know();
        }
    }

    public void OnTick()
    {
        // A node that stood still has heard nothing of anybody: its windows begin anew.
        if (_lastTick != MemberContext.LongAgo && context.Now - _lastTick > context.Options.SuspectAfter / 2)
        {
            foreach (Peer peer in _peers.Values)
            {
                peer.StartAgain(context.Now);
            }
        }

        _lastTick = context.Now;
        if (!context.Trusted)
        {
            return;
        }

        // Who has not joined yet has no say in whose link is broken; nor has who hears nobody.
        bool judges = context.Phase != MemberPhase.Joining && !IsLonely();
        _unheard.Clear();
        foreach (NodeRow row in context.Others)
        {
            if (row.Phase != MemberPhase.Joining && Of(row.Incarnation) is { Fencing: false } peer)
            {
                Watch(peer, judges);
            }
        }

        Vote();
        Judge(judges);
    }

    private void Watch(Peer peer, bool judges)
    {
        TimeSpan silence = context.Now - peer.HeardAt;
        bool cutOff = context.Now - peer.BeatAt >= context.Options.SuspectAfter && peer.BeatsMissed >= BeatsToMiss;
        if (!peer.Connected && !peer.SaidGoodbye)
        {
            if (peer.Refuses)
            {
                Fence(peer, "gone", silence);
                return;
            }

            if (context.Now - peer.ProbedAt > ProbeAgain)
            {
                Probe(peer);
            }
        }

        if (Hears(peer))
        {
            if (cutOff)
            {
                Fence(peer, "cut off from the arbiter", context.Now - peer.BeatAt);
            }

            return;
        }

        if (cutOff)
        {
            Fence(peer, "silent", silence);
        }
        else if (judges)
        {
            if (context.Now - peer.AskedAt > ProbeAgain)
            {
                peer.AskedAt = context.Now;
                Ask(peer);
            }

            if (silence >= context.Options.SuspectAfter && context.Now - peer.UnheardByOthersAt < context.Options.SuspectAfter / 2 && MayFenceForLinks())
            {
                Fence(peer, "heard by nobody", silence, byLinks: true);
            }
            else if (silence >= context.Options.SuspectAfter)
            {
                _unheard.Add(peer.Node);
            }
        }
    }

    /// <summary>A member that hears nobody, though there are several, is itself the one that is cut off.</summary>
    private bool IsLonely()
    {
        int others = 0;
        bool hears = false;
        foreach (NodeRow row in context.Others)
        {
            if (row.Phase != MemberPhase.Joining)
            {
                others++;
                hears |= Of(row.Incarnation) is { } peer && Hears(peer);
            }
        }

        return others > 1 && !hears;
    }

    private void Vote()
    {
        if (!CollectionsMarshal.AsSpan(_unheard).SequenceEqual(_accused.AsSpan()) || context.Now >= _voteAgainAt)
        {
            (_accused, _voteAgainAt) = ([.. _unheard], null);
            context.Want(new MemberCommand.Accuse(_accused));
        }
    }

    /// <summary>All see the same votes and name the same node; that one waits for what the others do.</summary>
    private void Judge(bool judges)
    {
        if (!judges || _votedAt == TimeSpan.MaxValue || context.Now - _votedAt < VotesWithin || !MayFenceForLinks())
        {
            return;
        }

        // Of whom a frame has told since the last heartbeat that it is fenced, nothing counts any more: its counterpart would go as well. A vote of ours about a link
        // that works again will be withdrawn; of the others' we cannot know.
        List<Vote> standing =
            [.. _votes.Where(vote => !IsVoid(vote) && !(vote.Voter == context.Options.Self && Of(vote.Target) is { } peer && Hears(peer)))];
        if (standing.Count == 0)
        {
            return;
        }

        Incarnation condemned = standing.GroupBy(vote => vote.Target).OrderByDescending(votes => votes.Count()).ThenByDescending(votes => votes.Key.Node.Value).First().Key;
        if (condemned != context.Options.Self && Of(condemned) is { Fencing: false } peer)
        {
            Fence(peer, "a broken link", context.Now - peer.HeardAt, byLinks: true);
        }
    }

    private bool IsVoid(Vote vote) => context.IsDead(vote.Target) || context.IsDead(vote.Voter);

    private bool MayFenceForLinks() => _lastLinkFence == MemberContext.LongAgo || context.Now - _lastLinkFence > context.Options.BetweenLinkFences;

    /// <param name="byLinks">Its heartbeats reach the arbiter: links alone speak against it.</param>
    private void Fence(Peer peer, string cause, TimeSpan silence, bool byLinks = false)
    {
        if (context.Now < peer.FenceAgainAt)
        {
            return;
        }

        if (byLinks)
        {
            (_lastLinkFence, _fencingForLinks) = (context.Now, peer.Node);
        }

        peer.Fencing = true;
        context.SuspectedAt ??= context.Now;
        context.Tell(new MemberNews.Suspected(peer.Node, cause, silence));
        context.Want(new MemberCommand.Fence(peer.Node, cause, byLinks ? [context.Options.Self, .. context.Others.Select(row => row.Incarnation)] : []));
    }

    private void Probe(Peer peer)
    {
        peer.ProbedAt = context.Now;
        if (context.Row(peer.Node.Node) is { } row)
        {
            context.Want(new MemberCommand.Probe(new PeerAddress(peer.Node, row.Link)));
        }
    }

    private void Ask(Peer suspect)
    {
        foreach (Peer other in _peers.Values)
        {
            if (other != suspect && Hears(other))
            {
                context.Want(new MemberCommand.Send(other.Node.Node, new Frame.DoYouHear(suspect.Node)));
            }
        }
    }

    private void Know()
    {
        if (context.Others.Count != _known.Length || !context.Others.TrueForAll(IsKnown))
        {
            _known = [.. context.Others.OrderBy(row => row.Incarnation.Node.Value).Select(row => new PeerAddress(row.Incarnation, row.Link))];
            context.Want(new MemberCommand.Know(_known));
        }
    }

    private bool IsKnown(NodeRow row)
    {
        foreach (PeerAddress peer in _known)
        {
            if (peer.Node == row.Incarnation && peer.Address == row.Link)
            {
                return true;
            }
        }

        return false;
    }

    private bool Hears(Peer peer) => peer.Connected && context.Now - peer.HeardAt < context.Options.SuspectAfter;

    private Peer? Of(Incarnation node) => _peers.TryGetValue(node.Node, out Peer? peer) && peer.Node == node ? peer : null;
}
