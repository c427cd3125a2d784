using System.Collections.Immutable;
using Controller.Cluster.Links;
using Controller.Cluster.Membership;

namespace Controller.Cluster.Shards;

/// <summary>What has been settled for other nodes and is not told yet: one frame for many. A late one costs its sender memory, no time.</summary>
internal sealed class Acknowledgements(ILinks links, int atOnce)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Incarnation, ImmutableArray<long>.Builder> _settled = [];

    public void Add(Incarnation to, long number)
    {
        lock (_gate)
        {
            if (!_settled.TryGetValue(to, out ImmutableArray<long>.Builder? numbers))
            {
                numbers = ImmutableArray.CreateBuilder<long>(atOnce);
                _settled.Add(to, numbers);
            }

            numbers.Add(number);
            if (numbers.Count >= atOnce)
            {
                Send(to, numbers);
            }
        }
    }

    public void Flush()
    {
        lock (_gate)
        {
            foreach ((Incarnation to, ImmutableArray<long>.Builder numbers) in _settled)
            {
                if (numbers.Count > 0)
                {
                    Send(to, numbers);
                }
            }
        }
    }

    /// <summary>An earlier run of this node waits for nothing any more.</summary>
    public void Forget(Incarnation except)
    {
        lock (_gate)
        {
            foreach (Incarnation old in _settled.Keys.Where(to => to.Node == except.Node && to != except).ToArray())
            {
                _settled.Remove(old);
            }
        }
    }

    /// <summary>If there is no link, it is sent again, and recognised.</summary>
    private void Send(Incarnation to, ImmutableArray<long>.Builder numbers)
    {
        links.Send(to.Node, new Frame.Acknowledged(numbers.ToImmutable()));
        numbers.Clear();
    }
}
