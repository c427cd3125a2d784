using System.Diagnostics;

namespace Controller.Host.Composition;

/// <summary>
/// The watchdog inside: a decision that does not end holds up every call of its loop, while heartbeats go on and no other node takes over. Such a process ends itself:
/// its calls go on elsewhere, or in its next run.
/// </summary>
/// <remarks>A process that got no processor, or was stopped, is not that: then this thread is late as well, and looks afresh.</remarks>
internal sealed class LoopWatch : IDisposable
{
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    /// <summary>Looks in a row, each in time, that must see the same.</summary>
    internal const int Looks = 4;

    private readonly TaskCompletionSource<string> _stuck = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ManualResetEventSlim _closing = new(false);
    private readonly Func<TimeSpan> _longestRound;
    private readonly Thread _thread;
    private int _seen;

    /// <param name="longestRound">See <see cref="Sharding.Runtime.ActorSystem.LongestRound"/>.</param>
    public LoopWatch(Func<TimeSpan> longestRound)
    {
        _longestRound = longestRound;
        _thread = new Thread(Run) { IsBackground = true, Name = "watchdog" };
    }

    /// <summary>Completed if the process must end; why, in one line.</summary>
    public Task<string> Stuck => _stuck.Task;

    public void Start() => _thread.Start();

    /// <param name="sinceLast">Between the look before and this one.</param>
    internal void Look(TimeSpan sinceLast)
    {
        TimeSpan round = _longestRound();
        _seen = round >= Limit && sinceLast < Interval * 2 ? _seen + 1 : 0;
        if (_seen >= Looks)
        {
            _stuck.TrySetResult($"a decision has not ended for {round.TotalSeconds:F0} s: this process is given up");
        }
    }

    public void Dispose()
    {
        _closing.Set();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _closing.Dispose();
    }

    private void Run()
    {
        long last = Stopwatch.GetTimestamp();
        while (!_closing.Wait(Interval))
        {
            long now = Stopwatch.GetTimestamp();
            Look(Stopwatch.GetElapsedTime(last, now));
            last = now;
        }
    }
}
