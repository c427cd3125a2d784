using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Controller.Cluster.Membership;

/// <summary>
/// What waits for the member. Any thread posts, one takes. There is nothing to dispose: threads of links that end after the member did may still post.
/// </summary>
public sealed class MemberInbox
{
    private readonly ConcurrentQueue<MemberInput> _inputs = new();
    private readonly object _posted = new();

    public void Post(MemberInput input)
    {
        _inputs.Enqueue(input);
        lock (_posted)
        {
            Monitor.Pulse(_posted);
        }
    }

    public bool TryTake([MaybeNullWhen(false)] out MemberInput input) => _inputs.TryDequeue(out input);

    /// <returns>False if nothing came within that time.</returns>
    public bool Wait(TimeSpan atMost)
    {
        // Waits are in whole milliseconds: rather up than down, or whoever waits for a moment would ask again and again until its last millisecond is over.
        int milliseconds = (int)Math.Ceiling(atMost.TotalMilliseconds);
        lock (_posted)
        {
            return !_inputs.IsEmpty || (Monitor.Wait(_posted, milliseconds) && !_inputs.IsEmpty);
        }
    }
}
