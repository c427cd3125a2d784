using Npgsql;

namespace Controller.Cluster.Postgres;

/// <summary>
/// A connection whose every answer comes within a fraction of a second or is not waited for: the driver knows whole seconds only. The work is done on a thread of
/// its own; if it is late, the thread is left to end with its connection, and the next work gets another. One caller at a time.
/// </summary>
internal sealed class PromptSession(Sessions sessions, TimeSpan within) : IDisposable
{
    /// <summary>Opening is no answer: it may have to pass by a host that is gone.</summary>
    private static readonly TimeSpan OpensWithin = TimeSpan.FromSeconds(2);

    private Worker? _worker;

    /// <exception cref="TimeoutException">No answer in time: it may come to pass or not.</exception>
    /// <exception cref="NpgsqlException"/>
    public T Run<T>(Func<NpgsqlConnection, T> work)
    {
        Worker worker = _worker ?? new Worker(new LivingSession(sessions, looksFirst: false));
        TimeSpan limit = _worker is null ? OpensWithin + within : within;
        _worker = null;
        Task<T> outcome = worker.Begin(work);
        if (((IAsyncResult)outcome).AsyncWaitHandle.WaitOne(limit) && outcome.IsCompletedSuccessfully)
        {
            _worker = worker;
            return outcome.Result;
        }

        worker.Leave();
        return outcome.IsCompleted ? outcome.GetAwaiter().GetResult() : throw new TimeoutException($"no answer within {limit.TotalMilliseconds:F0} ms");
    }

    public void Dispose() => _worker?.Leave();

    private sealed class Worker
    {
        private readonly LivingSession _session;
        private readonly object _gate = new();
        private Action? _work;
        private bool _left;

        public Worker(LivingSession session)
        {
            _session = session;
            new Thread(Serve) { IsBackground = true, Name = "arbiter" }.Start();
        }

        public Task<T> Begin<T>(Func<NpgsqlConnection, T> work)
        {
            var outcome = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
            Wake(() =>
            {
                try
                {
                    outcome.SetResult(_session.Run(work));
                }
                catch (Exception failure) when (failure is NpgsqlException || Sessions.IsBroken(failure))
                {
                    outcome.SetException(failure);
                }
            });
            return outcome.Task;
        }

        /// <summary>Ends the thread, once what it waits for has come or the driver has given up.</summary>
        public void Leave() => Wake(null);

        private void Wake(Action? work)
        {
            lock (_gate)
            {
                (_work, _left) = (work, work is null);
                Monitor.Pulse(_gate);
            }
        }

        private void Serve()
        {
            while (Next() is { } work)
            {
                work();
            }

            _session.Dispose();
        }

        /// <returns>Null: there will be no more.</returns>
        private Action? Next()
        {
            lock (_gate)
            {
                while (_work is null && !_left)
                {
                    Monitor.Wait(_gate);
                }

                Action? next = _work;
                _work = null;
                return next;
            }
        }
    }
}
