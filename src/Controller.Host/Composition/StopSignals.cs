using System.Runtime.InteropServices;

namespace Controller.Host.Composition;

/// <summary>SIGTERM and SIGINT ask for a drain, a second one ends the process at once; SIGHUP asks for a reload.</summary>
public sealed class StopSignals : IDisposable
{
    private readonly TaskCompletionSource _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<PosixSignalRegistration> _registrations = [];
    private volatile Action? _reload;
    private int _stops;

    public StopSignals()
    {
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, s => OnStop(s, 143)));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, s => OnStop(s, 130)));
        _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnReload));
    }

    /// <summary>Completes at the first request to stop.</summary>
    public Task Stop => _stop.Task;

    public void OnHangUp(Action reload) => _reload = reload;

    public void Dispose() => _registrations.ForEach(r => r.Dispose());

    private void OnStop(PosixSignalContext signal, int exitCode)
    {
        signal.Cancel = true;
        if (Interlocked.Increment(ref _stops) > 1)
        {
            // At once means: no drain, no disposal; what is committed is safe, the rest was never told to anyone.
            Environment.Exit(exitCode);
        }

        _stop.TrySetResult();
    }

    private void OnReload(PosixSignalContext signal)
    {
        // Without a node yet, a hang-up of the terminal must not end the start either.
        signal.Cancel = true;
        _reload?.Invoke();
    }
}
