using System.Collections.Concurrent;
using Controller.Sharding.Journal;

namespace Controller.Cluster.Membership;

/// <summary>
/// The three threads of a node's membership, none of which waits for another: the member's own, the heartbeat's, and the one that does the slower transactions.
/// None is of the pool: what starves the pool must not silence a node.
/// </summary>
public sealed class MemberThreads : IArbiter, IDisposable
{
    private readonly IOwnershipStore _store;
    private readonly MemberInbox _inbox;
    private readonly NodeTrust _trust;
    private readonly MemberOptions _options;
    private readonly Func<BeatReport> _report;
    private readonly Action<ClusterView>? _seen;
    private readonly BlockingCollection<MemberCommand.Ask> _asked = [];
    private readonly ManualResetEventSlim _closing = new(false, spinCount: 0);
    private readonly List<Thread> _threads = [];

    /// <param name="report">What a heartbeat tells of this node. Called on the heartbeat's thread.</param>
    /// <param name="seen">Looks at each answer to a heartbeat, on the same thread: at once.</param>
    public MemberThreads(MemberOptions options, IOwnershipStore store, MemberInbox inbox, NodeTrust trust, Func<BeatReport> report, Action<ClusterView>? seen = null)
    {
        (_options, _store, _inbox, _trust, _report, _seen) = (options, store, inbox, trust, report, seen);
    }

    public void Ask(MemberCommand.Ask request)
    {
        if (!_closing.IsSet)
        {
            _asked.Add(request);
        }
    }

    public void Start(ClusterNode node)
    {
        Run("membership", () => Pump(node));
        Run("heartbeat", Beat);
        Run("ownership", Work);
    }

    public void Dispose()
    {
        if (_closing.IsSet)
        {
            return;
        }

        _closing.Set();
        _asked.CompleteAdding();
        foreach (Thread thread in _threads.Where(thread => thread != Thread.CurrentThread))
        {
            thread.Join();
        }

        _asked.Dispose();
    }

    private void Run(string name, Action body)
    {
        var thread = new Thread(() => body()) { IsBackground = true, Name = name, Priority = ThreadPriority.AboveNormal };
        _threads.Add(thread);
        thread.Start();
    }

    private void Pump(ClusterNode node)
    {
        TimeSpan quarter = _options.Heartbeat / 4;
        TimeSpan due = _trust.Now;
        while (!_closing.IsSet)
        {
            TimeSpan rest = due - _trust.Now;
            if (rest > TimeSpan.Zero)
            {
                _inbox.Wait(rest);
            }

            node.Pump();
            if (_trust.Now >= due)
            {
                node.Tick();
                due = _trust.Now + quarter;
            }
        }
    }

    private void Beat()
    {
        long known = -1;
        while (!_closing.IsSet)
        {
            TimeSpan asked = _trust.Now;
            try
            {
                ClusterView view = _store.Beat(_report(), known);
                known = view.MapVersion;
                _inbox.Post(new MemberInput.Beaten(asked, view));
                _seen?.Invoke(view);
            }
            catch (FencedException fenced)
            {
                _inbox.Post(new MemberInput.Replaced(fenced.Message));
            }
            catch (JournalException)
            {
                // The next one may be answered; until then the trust runs out by itself.
                known = -1;
            }

            TimeSpan rest = asked + _options.Heartbeat - _trust.Now;
            if (rest > TimeSpan.Zero)
            {
                _closing.Wait(rest);
            }
        }
    }

    private void Work()
    {
        foreach (MemberCommand.Ask request in _asked.GetConsumingEnumerable())
        {
            if (_closing.IsSet)
            {
                return;
            }

            if (Answers.To(request, _store) is { } answer)
            {
                _inbox.Post(answer);
            }
        }
    }
}
