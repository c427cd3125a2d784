using Controller.Actors.Tests.Flows.Script;
using Controller.Sharding.Model;
using Controller.Sip.Transport;

namespace Controller.Actors.Tests.Flows.World;

/// <summary>One message on its way between a party and the controller.</summary>
internal sealed record Passage(Party Party, bool ToController, FlowMessage Message, Flow Flow)
{
    /// <summary>It stays on its way until the script lets it arrive: the two messages of a race cross.</summary>
    public bool Held { get; set; }
}

/// <summary>Messages arrive at once and in order, except those that a script holds back or loses.</summary>
internal sealed class Network
{
    private readonly LinkedList<Passage> _underWay = new();
    private readonly HashSet<(Party Party, bool ToController)> _held = [];
    private readonly List<(Party Party, bool ToController, string Start)> _lost = [];

    public void Hold(Party party, bool toController) => _held.Add((party, toController));

    public void Release(Party party, bool toController)
    {
        _held.Remove((party, toController));
        foreach (Passage passage in _underWay.Where(passage => passage.Party == party && passage.ToController == toController))
        {
            passage.Held = false;
        }
    }

    /// <summary>Every copy of the message whose title begins so is lost, until <see cref="LoseNoMore"/>.</summary>
    public void Lose(Party party, bool toController, string start) => _lost.Add((party, toController, start));

    public void LoseNoMore() => _lost.Clear();

    public void Add(Passage passage, Ladder ladder, Instant now)
    {
        if (_lost.Exists(lost => lost.Party == passage.Party && lost.ToController == passage.ToController && passage.Message.Title.StartsWith(lost.Start, StringComparison.Ordinal)))
        {
            ladder.Lost(passage, now);
            return;
        }

        passage.Held = _held.Contains((passage.Party, passage.ToController));
        if (passage.Held)
        {
            ladder.Left(passage, now);
        }

        _underWay.AddLast(passage);
    }

    public Passage? Next()
    {
        for (LinkedListNode<Passage>? node = _underWay.First; node is not null; node = node.Next)
        {
            if (!node.Value.Held)
            {
                _underWay.Remove(node);
                return node.Value;
            }
        }

        return null;
    }
}
