using System.Collections.Immutable;
using Controller.Edge.Resolution.Client;
using Controller.Edge.Resolution.Selection;
using Controller.Edge.Resolution.Wire;
using Controller.Sip.Transport;

namespace Controller.Edge.Resolution;

/// <summary>One next hop being looked up: asks what the selection misses until it misses nothing. On the client's thread.</summary>
/// <param name="found">Told once.</param>
internal sealed class Lookup(DnsClient client, NextHop hop, Action<ImmutableArray<Flow>> found) : IAsker
{
    private readonly Dictionary<DnsQuestion, DnsAnswer> _known = [];
    private readonly HashSet<DnsQuestion> _asked = [];
    private NextHop _hop = hop;
    private bool _isOver;

    public bool Begin()
    {
        _hop = _hop with { IsLocal = client.IsLocal(_hop.Host) };
        GoOn();
        return !_isOver;
    }

    public void Answered(DnsQuestion question, DnsAnswer answer)
    {
        _known[question] = answer;
        if (!_isOver)
        {
            GoOn();
        }
    }

    /// <summary>What has not been answered by now is taken for failed: where it is not needed, there are targets.</summary>
    public void OutOfTime()
    {
        if (!_isOver)
        {
            End(TargetSelection.Select(_hop, question => _known.GetValueOrDefault(question, DnsAnswer.Failed)).Targets);
        }
    }

    private void GoOn()
    {
        while (true)
        {
            SelectionStep step = TargetSelection.Select(_hop, question => _known.GetValueOrDefault(question));
            if (step.Missing.IsEmpty)
            {
                End(step.Targets);
                return;
            }

            bool progress = false;
            foreach (DnsQuestion question in step.Missing)
            {
                if (_asked.Add(question) && client.Ask(question, this) is { } answer)
                {
                    _known[question] = answer;
                    progress = true;
                }
            }

            if (!progress)
            {
                return;
            }
        }
    }

    private void End(ImmutableArray<Flow> targets)
    {
        _isOver = true;
        found(targets);
    }
}
