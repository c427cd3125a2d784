using Controller.Host.Composition;
using Controller.Host.Configuration;

namespace Controller.Host.Console;

/// <summary><c>run</c>: until a signal ends it.</summary>
public static class RunCommand
{
    public static async Task<int> RunAsync(Arguments arguments, TextWriter output, TextWriter errors)
    {
        ConfigurationSource source = new(arguments.ConfigFile, arguments.Sets, ProcessEnvironment.Read());
        ConfigurationResult result = source.Read();
        if (result.Configuration is not { } configuration)
        {
            foreach (ConfigurationProblem problem in result.Problems)
            {
                await errors.WriteLineAsync(problem.ToString()).ConfigureAwait(false);
            }

            return 1;
        }

        foreach (string note in configuration.Notes)
        {
            await errors.WriteLineAsync(note).ConfigureAwait(false);
        }

        using StopSignals signals = new();
        using ILoggerFactory logs = LogSetup.Create(configuration.Host.Log.Level);
        Node node;
        try
        {
            Task<Node> starting = Node.StartAsync(configuration, source, logs);
            if (await Task.WhenAny(starting, signals.Stop).ConfigureAwait(false) != starting)
            {
                // A node of a cluster may wait for the others; nothing is its own yet that would have to be given away.
                Environment.Exit(0);
            }

            node = await starting.ConfigureAwait(false);
        }
        catch (Exception failed) when (StartFailure.Explain(failed) is { } user)
        {
            throw user;
        }

        await using (node.ConfigureAwait(false))
        {
            signals.OnHangUp(() => _ = node.Configuration.ActivateAsync(null, null, "SIGHUP"));
            await output.WriteLineAsync(node.ReadyLine).ConfigureAwait(false);
            await output.FlushAsync().ConfigureAwait(false);
            if (await Task.WhenAny(signals.Stop, node.Over).ConfigureAwait(false) != signals.Stop)
            {
                // Nothing of ours can be committed, so nothing may be sent: whoever took over has the calls. At once: what is left to do would wait for a
                // store that is perhaps not there.
                await errors.WriteLineAsync($"controller: {await node.Over.ConfigureAwait(false)}").ConfigureAwait(false);
                Environment.Exit(1);
            }

            await node.DrainAsync().ConfigureAwait(false);
        }

        return 0;
    }
}
