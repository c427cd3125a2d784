using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Cluster.Shards;

namespace Controller.Host.Composition.Homes;

/// <summary>What comes over the links, each to whom it concerns: calls to the router, what is to be sent to the edge's gate, questions to who answers them, the rest to the membership.</summary>
internal sealed class ClusterEvents(MemberInbox inbox) : ILinkEvents
{
    private ShardRouter? _router;
    private EmissionGate? _gate;
    private PeerQuestions? _questions;

    /// <summary>Before any peer is known.</summary>
    public void Attach(ShardRouter router, EmissionGate gate) => (_router, _gate) = (router, gate);

    /// <inheritdoc cref="Attach(ShardRouter, EmissionGate)"/>
    public void Attach(PeerQuestions questions) => _questions = questions;

    public void Connected(Incarnation peer)
    {
        inbox.Post(new MemberInput.LinkUp(peer));
        _router?.Connected(peer);
    }

    public void Disconnected(Incarnation peer)
    {
        inbox.Post(new MemberInput.LinkDown(peer));
        _questions?.Disconnected(peer);
    }

    public void Probed(Incarnation peer, ProbeOutcome outcome) => inbox.Post(new MemberInput.Probed(peer, outcome));

    public void Received(Incarnation from, Frame frame)
    {
        if (_router?.Received(from, frame) == true || _questions?.Received(from, frame) == true)
        {
            return;
        }

        if (frame is Frame.Emit emit)
        {
            _gate?.Received(emit);
        }
        else
        {
            inbox.Post(new MemberInput.Heard(from, frame));
        }
    }
}
