using Controller.Sharding.Runtime;

namespace Controller.Sharding.Journal;

/// <summary>
/// Carries outbox records from the journal to their sink, in order, on a thread of its own: read, deliver, remove. Removal comes after
/// delivery, so a crash between the two delivers again; the ids say so to a sink that remembers them.
/// </summary>
public sealed class OutboxDelivery : IDisposable
{
    private const int RowsAtOnce = 256;
    private static readonly TimeSpan AgainAfterFailure = TimeSpan.FromSeconds(1);

    // The first record goes at once; what comes soon after it goes together, for each delivery costs a sync of the file and a commit.
    private static readonly TimeSpan BetweenDeliveries = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AgainUntilRemoved = TimeSpan.FromMilliseconds(5);

    private readonly IJournal _journal;
    private readonly IOutboxSink _sink;
    private readonly Action<EngineFault> _report;
    private readonly SemaphoreSlim _wake = new(1);
    private readonly ManualResetEventSlim _closed = new(false, spinCount: 0);
    private readonly Thread _thread;
    private volatile bool _closing;
    private long _deliveredThrough;
    private bool _started;

    public OutboxDelivery(IJournal journal, IOutboxSink sink, Action<EngineFault> report)
    {
        _journal = journal;
        _sink = sink;
        _report = report;
        _thread = new Thread(Run) { IsBackground = true, Name = "outbox" };
    }

    /// <summary>Begins with what an earlier process left behind.</summary>
    public void Start()
    {
        _started = true;
        _thread.Start();
    }

    /// <summary>There is something to deliver. Any thread; cheap.</summary>
    public void Wake()
    {
        // The count says "look again", not how often: one is enough.
        if (_wake.CurrentCount == 0)
        {
            _wake.Release();
        }
    }

    /// <summary>Delivers what is committed (once; a failing sink is left with its rows in the journal) and ends the thread.</summary>
    public void Dispose()
    {
        if (_started && !_closing)
        {
            _closing = true;
            _closed.Set();
            _wake.Release();
            _thread.Join();
        }
    }

    private void Run()
    {
        while (true)
        {
            _wake.Wait();
            var closing = _closing;
            var done = DeliverAll();
            if (closing)
            {
                return;
            }

            if (!done)
            {
                _wake.Wait(AgainAfterFailure);
                Wake();
            }
            else
            {
                _closed.Wait(BetweenDeliveries);
            }
        }
    }

    /// <returns>False if the sink or the journal failed.</returns>
    private bool DeliverAll()
    {
        try
        {
            while (true)
            {
                var read = _journal.ReadOutbox(RowsAtOnce);
                var all = read.Count < RowsAtOnce;
                var rows = read.Where(r => r.Id > _deliveredThrough).ToArray();
                if (rows.Length > 0)
                {
                    _sink.Deliver(rows);
                    _deliveredThrough = rows[^1].Id;
                    _journal.RemoveOutbox(_deliveredThrough);
                }

                // What is committed after the reading wakes again.
                if (all || (rows.Length == 0 && _closing))
                {
                    return true;
                }

                if (rows.Length == 0)
                {
                    // A full page of rows that are delivered but not yet removed hides those behind it.
                    Thread.Sleep(AgainUntilRemoved);
                }
            }
        }
        catch (Exception e)
        {
            _report(new EngineFault(EngineFaultKind.OutboxFailed, $"outbox records cannot be delivered: {e.Message}", Error: e));
            return false;
        }
    }
}
