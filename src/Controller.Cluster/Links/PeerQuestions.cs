using System.Collections.Concurrent;
using Controller.Cluster.Membership;
using Controller.Sharding.Placement;

namespace Controller.Cluster.Links;

/// <summary>
/// Questions from node to node, for views of the whole cluster: what they mean is for whoever asks and answers. An answer that does not come in time,
/// or from a node that is not connected, is absent.
/// </summary>
/// <param name="answer">Answers for this node. Its failure leaves the question without an answer.</param>
public sealed class PeerQuestions(ILinks links, TimeProvider clock, Func<ReadOnlyMemory<byte>, Task<ReadOnlyMemory<byte>>> answer)
{
    private readonly ConcurrentDictionary<long, Waiting> _waiting = new();
    private long _last;

    /// <returns>Null if there was no answer in time.</returns>
    public async Task<ReadOnlyMemory<byte>?> AskAsync(NodeId node, ReadOnlyMemory<byte> question, TimeSpan within)
    {
        long number = Interlocked.Increment(ref _last);
        Waiting waiting = new(node);
        _waiting[number] = waiting;
        try
        {
            return links.Send(node, new Frame.Ask(number, question))
                ? await waiting.Answer.Task.WaitAsync(within, clock).ConfigureAwait(false)
                : null;
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            _waiting.TryRemove(number, out _);
        }
    }

    /// <returns>One entry for each node; null for those that did not answer in time.</returns>
    public async Task<IReadOnlyDictionary<NodeId, ReadOnlyMemory<byte>?>> AskAllAsync(
        IReadOnlyCollection<NodeId> nodes, ReadOnlyMemory<byte> question, TimeSpan within)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        (NodeId Node, Task<ReadOnlyMemory<byte>?> Answer)[] asked = [.. nodes.Select(node => (node, AskAsync(node, question, within)))];
        await Task.WhenAll(asked.Select(one => one.Answer)).ConfigureAwait(false);
        return asked.ToDictionary(one => one.Node, one => one.Answer.Result);
    }

    /// <summary>A link has ended: who has not answered by now does not.</summary>
    public void Disconnected(Incarnation peer)
    {
        foreach (Waiting waiting in _waiting.Values.Where(waiting => waiting.Node == peer.Node))
        {
            waiting.Answer.TrySetResult(null);
        }
    }

    /// <returns>False if the frame is neither a question nor an answer.</returns>
    public bool Received(Incarnation from, Frame frame)
    {
        switch (frame)
        {
            case Frame.Ask ask:
                _ = AnswerAsync(from, ask.Number, ask.Question.ToArray());
                return true;
            case Frame.Answer given:
                if (_waiting.TryGetValue(given.Number, out Waiting? waiting) && waiting.Node == from.Node)
                {
                    waiting.Answer.TrySetResult(given.Content.ToArray());
                }

                return true;
            default:
                return false;
        }
    }

    private async Task AnswerAsync(Incarnation to, long number, ReadOnlyMemory<byte> question)
    {
        try
        {
            // The links' thread goes on at once, whatever answering takes.
            ReadOnlyMemory<byte> content = await Task.Run(() => answer(question)).ConfigureAwait(false);
            links.Send(to.Node, new Frame.Answer(number, content));
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Nothing comes back: who asked goes without this node's part.
            return;
        }
    }

    private sealed record Waiting(NodeId Node)
    {
        public TaskCompletionSource<ReadOnlyMemory<byte>?> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
