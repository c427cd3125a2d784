using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Controller.Host.Composition;
using Controller.Host.Configuration;
using Controller.Host.Console.Demo;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Host.Console;

/// <summary><c>demo</c>: a node of its own, two phones, one call; then the ladder of both legs and the charging record.</summary>
public static class DemoCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<int> RunAsync(TextWriter output, TextWriter errors)
    {
        string directory = Directory.CreateTempSubdirectory("controller-demo-").FullName;
        Ladder ladder = new("alice", "controller", "bob");
        try
        {
            string? record = await CallAsync(directory, ladder, output).ConfigureAwait(false);
            await output.WriteLineAsync(ladder.ToString()).ConfigureAwait(false);
            await output.WriteLineAsync("charging record:\n" + record).ConfigureAwait(false);
            return 0;
        }
        catch (DemoException failed)
        {
            await output.WriteLineAsync(ladder.ToString()).ConfigureAwait(false);
            await errors.WriteLineAsync("controller: demo: " + failed.Message).ConfigureAwait(false);
            return 1;
        }
        catch (Exception failed) when (StartFailure.Explain(failed) is { } user)
        {
            throw user;
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<string> CallAsync(string directory, Ladder ladder, TextWriter output)
    {
        string file = Path.Combine(directory, "demo.conf");
        await File.WriteAllTextAsync(file, DemoConfiguration.Text(directory)).ConfigureAwait(false);
        // Nothing of the caller's environment: the demonstration is the same everywhere.
        ConfigurationSource source = new(file, [], new Dictionary<string, string>());
        ConfigurationResult result = source.Read();
        LoadedConfiguration configuration = result.Configuration ?? throw new DemoException(string.Join("; ", result.Problems));

        using ILoggerFactory logs = LogSetup.Create(configuration.Host.Log.Level);
        Node node = await Node.StartAsync(configuration, source, logs, journal =>
            new CommitWatch(journal, decisions => ladder.Note(decisions == 1 ? "committed" : $"committed ({decisions} decisions)"))).ConfigureAwait(false);
        await using (node.ConfigureAwait(false))
        {
            await output.WriteLineAsync(node.ReadyLine + "\n").ConfigureAwait(false);
            using Phone alice = new("alice", DemoConfiguration.Domain, DemoConfiguration.Password, node.Bound[0].Listen, ladder, isLeft: true);
            using Phone bob = new("bob", DemoConfiguration.Domain, DemoConfiguration.Password, node.Bound[0].Listen, ladder, isLeft: false);
            new Caller(alice).Register();
            new Caller(bob).Register();

            Answerer answerer = new(bob);
            Task answering = Task.Factory.StartNew(answerer.TakeOneCall, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            Caller caller = new(alice);
            SipMessage answer = caller.Call("bob");
            caller.HangUp("bob", answer);
            await answering.ConfigureAwait(false);
            await output.WriteLineAsync($"Call-ID towards alice: {Phone.Text(answer.Value(HeaderId.CallId))}").ConfigureAwait(false);
            await output.WriteLineAsync($"Call-ID towards bob:   {answerer.CallIdValue}\n").ConfigureAwait(false);
            string record = await RecordAsync(configuration.Host.Cdr.File).ConfigureAwait(false);
            await node.DrainAsync().ConfigureAwait(false);
            return record;
        }
    }

    /// <summary>The record leaves after the call's last commit, on its own thread: it is there soon, not at once.</summary>
    private static async Task<string> RecordAsync(string file)
    {
        for (long began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < Patience; await Task.Delay(10).ConfigureAwait(false))
        {
            string[] lines = await File.ReadAllLinesAsync(file).ConfigureAwait(false);
            if (lines.Length > 0)
            {
                using JsonDocument record = JsonDocument.Parse(lines[0]);
                using MemoryStream indented = new();
                using (Utf8JsonWriter writer = new(indented, Readable))
                {
                    record.WriteTo(writer);
                }

                return Encoding.UTF8.GetString(indented.ToArray());
            }
        }

        throw new DemoException("no charging record was written");
    }
}
