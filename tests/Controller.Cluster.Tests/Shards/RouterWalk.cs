using Controller.Cluster.Links;
using Controller.Cluster.Shards;
using Controller.Sharding.Model;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Tests.Shards;

/// <summary>
/// A cluster that lives by dice: shards change hands in order and by force, news of it comes late, links break, mailboxes fill, commits fail, nodes die.
/// Everything is on one thread and follows from the seed.
/// </summary>
internal sealed class RouterWalk
{
    private const int Nodes = 4;
    private const int ActorsPerShard = 2;

    private static readonly RouterOptions Options = new() { KeepFor = TimeSpan.FromHours(1) };

    private readonly Random _random;
    private readonly FakeWires _wires = new();
    private readonly ManualClock _clock = new();
    private readonly RoutedNode[] _nodes;
    private readonly Queue<Action>[] _news;
    private readonly (int Node, long Epoch)[] _owners = new (int, long)[RoutedNode.Shards];
    private readonly List<(ActorId Actor, string Input, long Epoch)> _settled = [];
    private readonly Dictionary<(int Node, ActorId Actor), List<string>> _told = [];
    private readonly HashSet<string> _excused = [];
    private long _incarnations;
    private int _inputs;

    public RouterWalk(int seed)
    {
        _random = new Random(seed);
        _nodes = [.. Enumerable.Range(0, Nodes).Select(Start)];
        _news = [.. Enumerable.Range(0, Nodes).Select(_ => new Queue<Action>())];
        for (int shard = 0; shard < RoutedNode.Shards; shard++)
        {
            Give(shard, _random.Next(Nodes));
        }
    }

    /// <summary>How often each thing happened: a walk in which nothing happens proves nothing.</summary>
    public Dictionary<string, int> Happened { get; } = [];

    public long Repeated => _nodes.Sum(n => n.Router.Instruments[RouterCount.Repeated]);

    public void Step()
    {
        switch (_random.Next(1000))
        {
            case < 300: Tell(_random.Next(Nodes)); break;
            case < 650: Deliver(); break;
            case < 880: Settle(_random.Next(Nodes)); break;
            case < 930: Hear(_random.Next(Nodes)); break;
            case < 970: Pass(_random.Next(1, 30)); break;
            case < 980: HandOff(_random.Next(RoutedNode.Shards)); break;
            case < 990: BreakLink(_random.Next(Nodes), _random.Next(Nodes)); break;
            case < 995: Refuse(_random.Next(Nodes)); break;
            case < 998: _nodes[_random.Next(Nodes)].Host.Capacity = _random.Next(0, 8); break;
            default: Crash(_random.Next(Nodes)); break;
        }
    }

    /// <summary>Everything comes to rest: all news is heard, every mailbox has room, every frame arrives.</summary>
    public void Heal()
    {
        for (int round = 0; round < 400; round++)
        {
            for (int node = 0; node < Nodes; node++)
            {
                _nodes[node].Host.Capacity = int.MaxValue;
                while (_news[node].Count > 0)
                {
                    Hear(node);
                }
            }

            while (_wires.Busy.Count > 0)
            {
                Deliver();
            }

            foreach (RoutedNode node in _nodes)
            {
                while (node.Host.Mailbox.Count > 0)
                {
                    node.Host.SettleOne();
                }
            }

            Pass(10);
        }
    }

    public void Check(int seed)
    {
        Dictionary<string, int> first = [];
        HashSet<(string, long)> once = [];
        for (int i = 0; i < _settled.Count; i++)
        {
            (ActorId _, string input, long epoch) = _settled[i];
            first.TryAdd(input, i);
            Assert.True(once.Add((input, epoch)), $"seed {seed}: {input} was settled twice by the owner of epoch {epoch}");
        }

        foreach (((int node, ActorId actor), List<string> told) in _told)
        {
            int before = -1;
            foreach (string input in told.Where(input => !_excused.Contains(input)))
            {
                Assert.True(first.TryGetValue(input, out int at), $"seed {seed}: {input} of node {node} to {actor} was settled by nobody");
                Assert.True(at > before, $"seed {seed}: {input} of node {node} to {actor} was overtaken");
                before = at;
            }
        }

        foreach (RoutedNode node in _nodes)
        {
            Assert.Equal(0, node.Router.Instruments.KeptInputs);
            Assert.Equal(0, node.Router.Instruments.KeptBytes);
            Assert.Equal(0, node.Router.Instruments[RouterCount.Dropped]);
        }
    }

    private RoutedNode Start(int index)
    {
        RoutedNode node = new(index + 1, ++_incarnations, _wires, _clock, Options);
        node.Host.OnSettled = (taken, epoch) => _settled.Add((taken.Actor, taken.Input, (epoch.Value * 1000) + taken.Actor.ShardOf(RoutedNode.Shards).Value));
        return node;
    }

    private void Count(string what) => Happened[what] = Happened.GetValueOrDefault(what) + 1;

    private void Tell(int node)
    {
        ActorId actor = RoutedNode.Actor(_random.Next(RoutedNode.Shards), _random.Next(ActorsPerShard));
        string input = $"{_nodes[node].Self}#{++_inputs}";
        if (_nodes[node].Router.Tell(actor, input))
        {
            if (!_told.TryGetValue((node, actor), out List<string>? told))
            {
                _told[(node, actor)] = told = [];
            }

            told.Add(input);
            Count("told");
        }
        else
        {
            Count("refused to the teller");
        }
    }

    private void Deliver()
    {
        List<(NodeId From, NodeId To)> busy = _wires.Busy;
        if (busy.Count > 0)
        {
            (NodeId from, NodeId to) = busy[_random.Next(busy.Count)];
            _nodes[to.Value - 1].Received(_nodes[from.Value - 1].Self, _wires.Next(from, to));
        }
    }

    /// <summary>Loops run side by side: any actor's oldest input may be the next.</summary>
    private void Settle(int node)
    {
        List<TakenInput> mailbox = _nodes[node].Host.Mailbox;
        if (mailbox.Count > 0)
        {
            TakenInput any = mailbox[_random.Next(mailbox.Count)];
            _nodes[node].Host.Settle(mailbox.First(taken => taken.Actor == any.Actor));
        }
    }

    /// <summary>A commit failed. Who told without a copy kept has lost it, as with one node.</summary>
    private void Refuse(int node)
    {
        foreach (TakenInput refused in _nodes[node].Host.RefuseAll().Where(taken => taken.Receipt is null))
        {
            _excused.Add(refused.Input);
        }

        Count("commit failed");
    }

    private void Hear(int node)
    {
        if (_news[node].TryDequeue(out Action? news))
        {
            news();
        }
    }

    private void Pass(int milliseconds)
    {
        _clock.Pass(milliseconds);
        foreach (RoutedNode node in _nodes)
        {
            node.Router.Tick();
        }
    }

    /// <summary>The arbiter gives it: the new owner hears at once and opens it a while later, the others hear some time.</summary>
    private void Give(int shard, int to)
    {
        long epoch = _owners[shard].Epoch + 1;
        _owners[shard] = (to, epoch);
        RoutedNode owner = _nodes[to];
        for (int i = 0; i < Nodes; i++)
        {
            int node = i;
            RoutedNode listener = _nodes[i];
            _news[i].Enqueue(() =>
            {
                if (_nodes[node] != listener)
                {
                    return;
                }

                listener.Learn(shard, owner, epoch);
                if (node == to)
                {
                    _news[node].Enqueue(() => Open(node, owner, shard, epoch));
                }
            });
        }
    }

    private void Open(int node, RoutedNode owner, int shard, long epoch)
    {
        if (_nodes[node] == owner && _owners[shard] == (node, epoch))
        {
            owner.Open(shard, epoch);
        }
    }

    /// <summary>In order: what is in the mailbox is decided first.</summary>
    private void HandOff(int shard)
    {
        RoutedNode from = _nodes[_owners[shard].Node];
        ShardId id = new(shard);
        foreach (TakenInput taken in from.Host.Of(id))
        {
            from.Host.Settle(taken);
        }

        from.Host.Close(id);
        from.Router.Released(id);
        Give(shard, _random.Next(Nodes));
        Count("handed off");
    }

    private void BreakLink(int a, int b)
    {
        if (a != b)
        {
            _wires.Lose(new NodeId(a + 1), new NodeId(b + 1));
            _nodes[a].Router.Connected(_nodes[b].Self);
            _nodes[b].Router.Connected(_nodes[a].Self);
            Count("link broken");
        }
    }

    /// <summary>The process is gone, with what it had told and nobody else had; others take its shards.</summary>
    private void Crash(int node)
    {
        foreach ((int _, ActorId actor) key in _told.Keys.Where(key => key.Node == node).ToArray())
        {
            _excused.UnionWith(_told[key]);
            _told.Remove(key);
        }

        _nodes[node].Router.Dispose();
        _clock.Pass(1);
        _nodes[node] = Start(node);
        _news[node].Clear();
        for (int other = 0; other < Nodes; other++)
        {
            BreakLink(node, other);
        }

        for (int shard = 0; shard < RoutedNode.Shards; shard++)
        {
            if (_owners[shard].Node == node)
            {
                Give(shard, _random.Next(Nodes));
            }
            else
            {
                (int owner, long epoch) = _owners[shard];
                _nodes[node].Learn(shard, _nodes[owner], epoch);
            }
        }

        Count("crashed");
    }
}
