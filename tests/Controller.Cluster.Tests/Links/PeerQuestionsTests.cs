using System.Text;
using Controller.Cluster.Links;
using Controller.Cluster.Membership;
using Controller.Cluster.Tests.Shards;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Tests.Links;

public sealed class PeerQuestionsTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private static Incarnation Node(int node) => new(new NodeId(node), 1);

    [Fact]
    public async Task Each_node_answers_for_itself_over_its_link()
    {
        using LinkedNode a = new(1), b = new(2), c = new(3);
        LinkedNode.Join(a, b, c);
        PeerQuestions Questions(LinkedNode node)
        {
            PeerQuestions questions = new(node.Mesh, TimeProvider.System, question =>
                Task.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes($"{node.Self} {Encoding.UTF8.GetString(question.Span)}")));
            node.Told.OnFrame = (from, frame) => questions.Received(from, frame);
            return questions;
        }

        PeerQuestions asks = Questions(a);
        Questions(b);
        Questions(c);
        IReadOnlyDictionary<NodeId, ReadOnlyMemory<byte>?> answers = await asks.AskAllAsync([b.Self.Node, c.Self.Node, new NodeId(9)], "calls"u8.ToArray(), Long);
        Assert.Equal("2/1 calls", Encoding.UTF8.GetString(answers[b.Self.Node]!.Value.Span));
        Assert.Equal("3/1 calls", Encoding.UTF8.GetString(answers[c.Self.Node]!.Value.Span));
        Assert.Null(answers[new NodeId(9)]);
    }

    [Fact]
    public async Task Whoever_does_not_answer_is_not_waited_for_for_ever()
    {
        FakeWires wires = new();
        PeerQuestions asks = new(wires.Of(new NodeId(1)), TimeProvider.System, question => Task.FromResult(question));
        Assert.Null(await asks.AskAsync(new NodeId(2), new byte[1], TimeSpan.FromMilliseconds(1)));

        // Its link ends: that is known before the time is over.
        Task<ReadOnlyMemory<byte>?> asked = asks.AskAsync(new NodeId(2), new byte[1], Long);
        asks.Disconnected(Node(3));
        Assert.False(asked.IsCompleted);
        asks.Disconnected(Node(2));
        Assert.Null(await asked);

        // An answer counts only from whom was asked, and once.
        asked = asks.AskAsync(new NodeId(2), new byte[1], Long);
        wires.Next(new NodeId(1), new NodeId(2));
        wires.Next(new NodeId(1), new NodeId(2));
        Frame.Ask ask = Assert.IsType<Frame.Ask>(wires.Next(new NodeId(1), new NodeId(2)));
        Assert.True(asks.Received(Node(3), new Frame.Answer(ask.Number, new byte[] { 3 })));
        Assert.False(asked.IsCompleted);
        Assert.True(asks.Received(Node(2), new Frame.Answer(ask.Number, new byte[] { 2 })));
        Assert.True(asks.Received(Node(2), new Frame.Answer(ask.Number, new byte[] { 4 })));
        Assert.Equal([2], (await asked)!.Value.ToArray());
        Assert.False(asks.Received(Node(2), new Frame.Goodbye()));
    }
}
