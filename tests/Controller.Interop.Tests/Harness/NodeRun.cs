using System.Diagnostics;
using System.Text;

namespace Controller.Interop.Tests.Harness;

/// <summary>A command that runs the real node, as a process of its own: started, and started again. Every line it prints is kept; a stack trace among them fails the test.</summary>
internal class NodeRun(string folder, IReadOnlyList<string> command) : IDisposable
{
    private readonly StringBuilder _log = new();
    private readonly Lock _gate = new();
    private Process? _process;
    private bool _ready;

    public int Id => (_process ?? throw new InvalidOperationException("the node is not running")).Id;
    public bool HasEnded => _process?.HasExited ?? true;
    public int ExitCode => _process?.ExitCode ?? throw new InvalidOperationException("the node was not started");

    public string Log
    {
        get
        {
            lock (_gate)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Starts, or starts again after the end of an earlier process, on the same data and ports, and waits for `ready`.</summary>
    public void Start(params string[] more)
    {
        Launch(more);
        Eventually.True(() => IsReady || HasEnded, TimeSpan.FromSeconds(40), () => "the node is not ready:\n" + Log);
        Assert.True(IsReady, "the node ended before it was ready:\n" + Log);
    }

    public bool IsReady
    {
        get
        {
            lock (_gate)
            {
                return _ready;
            }
        }
    }

    public void Launch(params string[] more)
    {
        _process?.Dispose();
        lock (_gate)
        {
            _ready = false;
        }

        Process process = Command.Start(command[0], [.. command.Skip(1), .. more], folder);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
    }

    public void Kill()
    {
        Signals.Send(Id, Signals.Kill);
        _process!.WaitForExit();
    }

    /// <summary>SIGTERM: the node drains and ends with 0.</summary>
    public int Terminate(TimeSpan limit)
    {
        Signals.Send(Id, Signals.Terminate);
        Assert.True(_process!.WaitForExit(limit), $"the node has not ended {limit.TotalSeconds} s after SIGTERM:\n{Log}");
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public bool WaitForEnd(TimeSpan limit)
    {
        bool ended = _process!.WaitForExit(limit);
        if (ended)
        {
            _process.WaitForExit();
        }

        return ended;
    }

    /// <summary>"No stack trace for any user error": none at all is printed.</summary>
    public void AssertNoStackTrace() => AssertNoStackTrace(Log);

    public static void AssertNoStackTrace(string log) =>
        Assert.False(
            log.Contains("\n   at ", StringComparison.Ordinal) || log.Contains("Unhandled exception", StringComparison.Ordinal), "a stack trace was printed:\n" + log);

    public virtual void Dispose()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process?.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Keep(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_gate)
        {
            _log.Append(line).Append('\n');
            _ready |= line.StartsWith("ready", StringComparison.Ordinal);
        }
    }
}
