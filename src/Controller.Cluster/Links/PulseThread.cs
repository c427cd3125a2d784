using System.Diagnostics;

namespace Controller.Cluster.Links;

/// <summary>
/// The heartbeat's own thread: it sends at every interval whatever else the process does, and measures how late it was woken, which tells of a
/// process that gets no processor, or that stood still.
/// </summary>
public sealed class PulseThread : IDisposable
{
    private readonly TimeSpan _interval;
    private readonly Action<long, TimeSpan> _beat;
    private readonly ManualResetEventSlim _stopped = new(false);
    private readonly Thread _thread;

    /// <param name="beat">Sends one: its count, from 1, and how late this thread is. Must not block.</param>
    public PulseThread(TimeSpan interval, Action<long, TimeSpan> beat)
    {
        _interval = interval;
        _beat = beat;
        _thread = new Thread(Run) { IsBackground = true, Name = "pulse", Priority = ThreadPriority.Highest };
    }

    public void Start() => _thread.Start();

    public void Dispose()
    {
        _stopped.Set();
        if (_thread.IsAlive && Thread.CurrentThread != _thread)
        {
            _thread.Join();
        }
    }

    private void Run()
    {
        long due = Stopwatch.GetTimestamp();
        for (long count = 1; !_stopped.IsSet; count++)
        {
            TimeSpan late = Stopwatch.GetElapsedTime(due);
            TimeSpan lag = late > TimeSpan.Zero ? late : TimeSpan.Zero;
            _beat(count, lag);

            // Beats that were missed are not made up for: the next is an interval after the one that was late.
            due = (lag < _interval ? due : Stopwatch.GetTimestamp()) + (long)(_interval.TotalSeconds * Stopwatch.Frequency);
            TimeSpan left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);

            // Waits are in whole milliseconds: rather up than down, or the thread would seem to be early.
            _stopped.Wait(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(left.TotalMilliseconds))));
        }
    }
}
