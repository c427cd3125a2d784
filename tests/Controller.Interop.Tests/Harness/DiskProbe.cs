using System.Diagnostics;

namespace Controller.Interop.Tests.Harness;

/// <summary>How long this machine's disk takes for one sync of a page, asked fifty times a second beside a test: what the journal waits for, too.</summary>
internal sealed class DiskProbe : IDisposable
{
    // Half of T1: what waits for a sync of such a time, and for the loopback and the callee behind it, may be repeated.
    private static readonly TimeSpan Standstill = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(20);

    private readonly ManualResetEventSlim _end = new();
    private readonly string _file;
    private readonly Thread _thread;
    private long _longest;
    private long _stoodStill;

    public DiskProbe(string folder)
    {
        _file = Path.Combine(folder, "disk-probe");
        _thread = new Thread(Run) { IsBackground = true, Name = "disk-probe" };
        _thread.Start();
    }

    public TimeSpan Longest => TimeSpan.FromTicks(Volatile.Read(ref _longest));

    /// <summary>The syncs that took so long that the peers of whatever waits for the same disk repeat their messages, all together.</summary>
    public TimeSpan StoodStill => TimeSpan.FromTicks(Volatile.Read(ref _stoodStill));

    public void Dispose()
    {
        _end.Set();
        _thread.Join();
        _end.Dispose();
    }

    private void Run()
    {
        using var file = new FileStream(_file, FileMode.Create);
        byte[] page = new byte[4096];
        while (!_end.Wait(Every))
        {
            long began = Stopwatch.GetTimestamp();
            file.Position = 0;
            file.Write(page);
            file.Flush(flushToDisk: true);
            TimeSpan took = Stopwatch.GetElapsedTime(began);
            Volatile.Write(ref _longest, Math.Max(_longest, took.Ticks));
            Volatile.Write(ref _stoodStill, _stoodStill + (took >= Standstill ? took.Ticks : 0));
        }
    }
}
