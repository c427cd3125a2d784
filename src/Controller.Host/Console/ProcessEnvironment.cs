using System.Collections;

namespace Controller.Host.Console;

public static class ProcessEnvironment
{
    /// <summary>All variables of the process, read once.</summary>
    public static IReadOnlyDictionary<string, string> Read()
    {
        Dictionary<string, string> variables = new(StringComparer.Ordinal);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            variables[(string)variable.Key] = variable.Value as string ?? "";
        }

        return variables;
    }
}
