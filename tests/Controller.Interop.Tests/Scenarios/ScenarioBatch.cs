using System.Text.RegularExpressions;
using Controller.Interop.Tests.Harness;
using Controller.Interop.Tests.Peers;

namespace Controller.Interop.Tests.Scenarios;

/// <summary>
/// All scenarios through one node, several at a time: they wait for their own pauses and timers most of the time. Started when the first result is asked for.
/// </summary>
public sealed class ScenarioBatch : IDisposable
{
    private const int AtATime = 12;

    private readonly TemporaryFolder _folder = new();
    private readonly SemaphoreSlim _places = new(AtATime);
    private readonly Lazy<Dictionary<string, Task<string>>> _results;
    private NodeProcess? _node;

    public ScenarioBatch() => _results = new(StartAll);

    /// <summary>Of the scenarios that the environment variable SCENARIOS names (ids separated by blanks), or else of all.</summary>
    internal static IReadOnlyList<ScenarioRun> Runs { get; } = Chosen();

    internal NodeProcess Node => _results.Value.Count > 0 ? _node! : throw new InvalidOperationException("no scenario is chosen");

    /// <returns>Empty if all sides succeeded; else what each of them met.</returns>
    public Task<string> ResultOf(string name) => _results.Value[name];

    /// <summary>When all are over.</summary>
    public Task<string[]> AllResults() => Task.WhenAll(_results.Value.Values);

    public void Dispose()
    {
        if (_results.IsValueCreated)
        {
            Task.WaitAll([.. _results.Value.Values]);
        }

        _node?.Dispose();
        _places.Dispose();
        _folder.Dispose();
    }

    private static List<ScenarioRun> Chosen()
    {
        string[] ids = (Environment.GetEnvironmentVariable("SCENARIOS") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int number = 0;
        return
        [
            .. from scenario in ScenarioCatalogue.All
               where ids.Length == 0 || ids.Contains(scenario.Id)
               from pair in scenario.Transports
               select new ScenarioRun(scenario, pair.Near, pair.Far, ++number),
        ];
    }

    /// <summary>The first one alone: a node that has just started compiles as it goes, and on a busy machine its first calls may take longer than the parties' timers.</summary>
    private Dictionary<string, Task<string>> StartAll()
    {
        _node = ScenarioNode.Start(_folder.Path, Runs);
        Task<string> first = Start(Runs[0]);
        first.Wait();
        return Runs.Skip(1).OrderByDescending(run => run.Scenario.IsLong).Select(run => (run, Result: Start(run))).Prepend((run: Runs[0], Result: first))
            .ToDictionary(played => played.run.Name, played => played.Result);
    }

    private Task<string> Start(ScenarioRun run) => Task.Factory.StartNew(() => InTurn(run), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private string InTurn(ScenarioRun run)
    {
        _places.Wait();
        try
        {
            string failure = Play(run);
            for (int draw = 1; draw < run.Scenario.Draws && failure.Length > 0; draw++)
            {
                failure = Play(run);
            }

            return failure;
        }
        finally
        {
            _places.Release();
        }
    }

    private string Play(ScenarioRun run)
    {
        Scenario scenario = run.Scenario;
        string[] limits = ["-m", "1", "-timeout", scenario.IsLong ? "100s" : "45s", "-timeout_error", "-trace_msg"];
        var callees = new List<Sipp>();
        void Listen(string? file, int port)
        {
            if (file is not null)
            {
                callees.Add(Sipp.Listen(Scenario.Find(file), scenario.Address, port, [.. limits, "-t", run.Far == "tcp" ? "t1" : "u1"]));
            }
        }

        try
        {
            Listen(scenario.Callee, run.CalleePort);
            Listen(scenario.Next, run.NextPort);
            Listen(scenario.Carol, run.CarolPort);
            using var caller = Sipp.Call(
                Scenario.Find(scenario.Caller), scenario.Address, run.CallerPort, run.AccessPort,
                [.. limits, "-t", run.Near == "tcp" ? "t1" : "u1", "-s", "200", "-d", "500", "-au", "alice", "-ap", "secret", .. scenario.Arguments]);
            return Outcome(scenario, caller, callees);
        }
        finally
        {
            callees.ForEach(callee => callee.Dispose());
        }
    }

    private static string Outcome(Scenario scenario, Sipp caller, List<Sipp> callees)
    {
        int exit = caller.WaitForEnd(TimeSpan.FromSeconds(110));
        bool succeeded = exit == 0 || (exit == 1 && scenario.Instead.Length > 0 && caller.Failure().Contains(scenario.Instead, StringComparison.Ordinal));
        string failure = succeeded ? "" : $"caller {exit}\n{caller.Failure()}\n";
        foreach (Sipp callee in callees)
        {
            int ended = callee.WaitForEnd(TimeSpan.FromSeconds(!succeeded ? 1 : scenario.IsLong ? 45 : 15));
            bool passed = scenario.CalleeSaid.Length == 0 ? ended == 0 : Regex.IsMatch(callee.Messages(), scenario.CalleeSaid);
            failure += passed ? "" : $"callee {ended}\n{callee.Failure()}\n";
        }

        return failure.Length == 0 ? "" : $"{failure}caller's messages:\n{caller.Messages()}\ncallees' messages:\n{string.Join('\n', callees.Select(callee => callee.Messages()))}";
    }
}
