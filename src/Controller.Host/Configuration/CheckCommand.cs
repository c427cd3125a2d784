namespace Controller.Host.Configuration;

/// <summary><c>check --config FILE</c>.</summary>
public static class CheckCommand
{
    /// <returns>The exit code: 0, or 1 after a line for each problem.</returns>
    public static int Run(string? file, IReadOnlyList<string> sets, IReadOnlyDictionary<string, string> environment, TextWriter output)
    {
        ConfigurationResult result = ConfigurationLoader.Load(file, sets, environment);
        foreach (ConfigurationProblem problem in result.Problems)
        {
            output.WriteLine(problem);
        }

        return result.Problems.Count == 0 ? 0 : 1;
    }
}
