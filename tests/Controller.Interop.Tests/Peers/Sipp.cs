using System.Diagnostics;
using System.Globalization;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Peers;

/// <summary>One SIPp process playing one scenario.</summary>
internal sealed class Sipp : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Process _process;
    private readonly Task<string> _output, _errors;

    private Sipp(string scenario, string[] arguments)
    {
        // Its own buffer has room for sixty datagrams: of what comes in a burst it would lose some, and count them as repeated by the others.
        _process = Command.Start("sipp", ["-sf", scenario, "-nostdin", "-buff_size", "4194304", "-trace_stat", "-stf", _folder.File("stat.csv"), "-fd", "1",
            "-trace_err", "-error_file", _folder.File("errors.log"), "-message_file", _folder.File("messages.log"), .. arguments], _folder.Path);
        _process.StandardInput.Close();
        _output = _process.StandardOutput.ReadToEndAsync();
        _errors = _process.StandardError.ReadToEndAsync();
    }

    /// <param name="Successful">Calls that ran through the scenario to its end.</param>
    public sealed record Statistics(int Successful, int Failed, int Retransmissions, string SetupMean);

    /// <summary>Answers on a port; <paramref name="ip"/> is where it listens.</summary>
    public static Sipp Listen(string scenario, string ip, int port, params string[] more)
    {
        var sipp = new Sipp(scenario, ["-i", ip, "-p", Text(port), .. more]);
        bool streams = more.Contains("t1") || more.Contains("tn");
        Eventually.True(() => sipp._process.HasExited || IsOpen(port, streams, ip.Contains(':')), TimeSpan.FromSeconds(10), () => $"sipp does not listen on {port}: {sipp.Failure()}");
        return sipp;
    }

    /// <summary>Calls a port of the same address.</summary>
    public static Sipp Call(string scenario, string ip, int port, int targetPort, params string[] more) =>
        new(scenario, ["-i", ip, "-p", Text(port), .. more, (ip.Contains(':') ? $"[{ip}]:" : ip + ":") + Text(targetPort)]);

    public bool HasEnded => _process.HasExited;

    /// <summary>The exit code: 0 if every call succeeded; -1 if it had not ended in time and was ended.</summary>
    public int WaitForEnd(TimeSpan limit)
    {
        if (!_process.WaitForExit(limit))
        {
            _process.Kill();
            _process.WaitForExit();
            return -1;
        }

        return _process.ExitCode;
    }

    /// <summary>Read after the end: SIPp writes its last line then.</summary>
    public Statistics Read()
    {
        string[] lines = File.ReadAllLines(_folder.File("stat.csv"));
        string[] names = lines[0].Split(';'), values = lines[^1].Split(';');
        string Value(string name) => values[Array.IndexOf(names, name)];
        int Number(string name) => int.Parse(Value(name), CultureInfo.InvariantCulture);
        return new Statistics(
            Number("SuccessfulCall(C)"), Number("FailedCall(C)"), Number("Retransmissions(C)"), names.Contains("ResponseTime1(C)") ? Value("ResponseTime1(C)") : "");
    }

    public string Failure()
    {
        string file = _folder.File("errors.log");
        string log = File.Exists(file) ? string.Join('\n', File.ReadLines(file).Take(40)) : "";
        return log + (_process.HasExited ? _errors.Result : "");
    }

    /// <summary>What was sent and received; empty unless -trace_msg was among the arguments.</summary>
    public string Messages()
    {
        string file = _folder.File("messages.log");
        return File.Exists(file) ? File.ReadAllText(file) : "";
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _ = _output.Result;
        _process.Dispose();
        _folder.Dispose();
    }

    private static bool IsOpen(int port, bool streams, bool six)
    {
        string needle = ":" + port.ToString("X4", CultureInfo.InvariantCulture) + " ";
        return File.ReadLines((streams ? "/proc/net/tcp" : "/proc/net/udp") + (six ? "6" : "")).Any(line => line.Contains(needle, StringComparison.Ordinal));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
