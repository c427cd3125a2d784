using Controller.Host.Configuration.Hocon;

namespace Controller.Host.Configuration.Keys;

/// <summary>Reads the defaults of the catalogue.</summary>
internal static class KeyDefaults
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    public static HoconValue Parse(string path, string text)
    {
        HoconDocument document = HoconParser.ParseValue("default", ["value"], text);
        HoconObject root = HoconResolver.Resolve([document.Root], NoEnvironment, out IReadOnlyList<ConfigurationProblem> problems);
        return problems.Count == 0 && root.TryGet("value", out HoconValue? value)
            ? value
            : throw new InvalidOperationException($"the default of {path} is not HOCON: {text}");
    }
}
