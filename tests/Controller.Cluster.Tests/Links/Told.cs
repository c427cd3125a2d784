using System.Diagnostics;
using Controller.Cluster.Links;
using Controller.Cluster.Membership;

namespace Controller.Cluster.Tests.Links;

/// <summary>What a node hears of its links, in order; waits for what is to come.</summary>
internal sealed class Told : ILinkEvents
{
    private readonly object _gate = new();
    private readonly List<object> _events = [];

    /// <summary>Called on the link's thread for each frame before it is remembered.</summary>
    public Action<Incarnation, Frame>? OnFrame { get; set; }

    public void Connected(Incarnation peer) => Add($"up {peer}");

    public void Disconnected(Incarnation peer) => Add($"down {peer}");

    public void Received(Incarnation from, Frame frame)
    {
        OnFrame?.Invoke(from, frame);

        // The octets are borrowed.
        Add(frame switch
        {
            Frame.Tell tell => tell with { Input = tell.Input.ToArray() },
            Frame.Ask ask => ask with { Question = ask.Question.ToArray() },
            _ => frame,
        });
    }

    public void Probed(Incarnation peer, ProbeOutcome outcome) => Add(outcome);

    public int Count(object what)
    {
        lock (_gate)
        {
            return _events.Count(e => e.Equals(what));
        }
    }

    public List<T> All<T>()
    {
        lock (_gate)
        {
            return [.. _events.OfType<T>()];
        }
    }

    /// <summary>Waits until something has been told so often; fails after ten seconds with what was.</summary>
    public void Await(object what, int times = 1) => AwaitAny(events => events.Count(e => e.Equals(what)) >= times, what.ToString()!);

    public void AwaitAny(Func<IReadOnlyList<object>, bool> enough, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        lock (_gate)
        {
            while (!enough(_events))
            {
                TimeSpan left = TimeSpan.FromSeconds(10) - watch.Elapsed;
                Assert.True(left > TimeSpan.Zero, $"waited for {what}; told: {string.Join(", ", _events.Take(50))}");
                Monitor.Wait(_gate, left);
            }
        }
    }

    private void Add(object what)
    {
        lock (_gate)
        {
            _events.Add(what);
            Monitor.PulseAll(_gate);
        }
    }
}
