using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Controller.Cluster.Membership;

/// <summary>What waits for the member. Any thread posts; one takes.</summary>
public sealed class MemberInbox : IDisposable
{
    private readonly ConcurrentQueue<MemberInput> _inputs = new();
    private readonly AutoResetEvent _posted = new(false);

    public void Post(MemberInput input)
    {
        _inputs.Enqueue(input);
        _posted.Set();
    }

    public bool TryTake([MaybeNullWhen(false)] out MemberInput input) => _inputs.TryDequeue(out input);

    /// <returns>False if nothing came within that time.</returns>
    public bool Wait(TimeSpan atMost) => !_inputs.IsEmpty || _posted.WaitOne(atMost);

    public void Dispose() => _posted.Dispose();
}
