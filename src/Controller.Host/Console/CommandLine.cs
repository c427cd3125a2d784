using Controller.Host.Configuration;

namespace Controller.Host.Console;

/// <summary>From the words of the command line to an exit code: 0 done, 1 the user has something to change.</summary>
public static class CommandLine
{
    public static async Task<int> RunAsync(IReadOnlyList<string> words, TextWriter output, TextWriter errors)
    {
        try
        {
            Arguments arguments = Arguments.Parse(words);
            switch (arguments.Command)
            {
                case CommandName.Help:
                    await output.WriteLineAsync(HelpText.Text).ConfigureAwait(false);
                    return 0;
                case CommandName.Version:
                    await output.WriteLineAsync(HelpText.Version).ConfigureAwait(false);
                    return 0;
                case CommandName.Check:
                    return CheckCommand.Run(arguments.ConfigFile, arguments.Sets, ProcessEnvironment.Read(), errors);
                case CommandName.Route:
                    return await RouteCommand.RunAsync(arguments, output, errors).ConfigureAwait(false);
                case CommandName.Config:
                    return await ConfigCommand.RunAsync(arguments, output, errors).ConfigureAwait(false);
                case CommandName.Demo:
                    return await DemoCommand.RunAsync(output, errors).ConfigureAwait(false);
                default:
                    return await RunCommand.RunAsync(arguments, output, errors).ConfigureAwait(false);
            }
        }
        catch (UserErrorException wrong)
        {
            await errors.WriteLineAsync("controller: " + wrong.Message).ConfigureAwait(false);
            return 1;
        }
    }
}
