namespace Controller.Host.Configuration;

/// <summary><c>check --config FILE</c>.</summary>
public static class CheckCommand
{
    /// <summary>A line for each problem, <c>FILE:line: key: what is wrong and what was expected</c>; or one line that says it is right.</summary>
    /// <returns>The exit code: 0 or 1.</returns>
    public static int Run(string? file, IReadOnlyList<string> sets, IReadOnlyDictionary<string, string> environment, TextWriter output)
    {
        ConfigurationResult result = ConfigurationLoader.Load(file, sets, environment);
        foreach (ConfigurationProblem problem in result.Problems)
        {
            output.WriteLine(problem);
        }

        if (result.Configuration is { } configuration)
        {
            foreach (string note in configuration.Notes)
            {
                output.WriteLine(note);
            }

            output.WriteLine($"{file ?? "hocon/single-node.conf"}: ok: {configuration.Listeners.Length} listeners, {configuration.Draft.Trunks.Count} trunks, {configuration.Draft.Routes.Length} routes");
        }

        return result.Problems.Count == 0 ? 0 : 1;
    }
}
