using Controller.Host.Configuration;

namespace Controller.Host.Tests.Configuration;

internal static class Loads
{
    public static readonly Dictionary<string, string> NoEnvironment = [];

    public static LoadedConfiguration Good(string text, string[]? sets = null, Dictionary<string, string>? environment = null)
    {
        ConfigurationResult result = Load(text, sets, environment);
        Assert.Empty(result.Problems.Select(p => p.ToString()));
        return result.Configuration!;
    }

    public static string[] Bad(string text, string[]? sets = null, Dictionary<string, string>? environment = null)
    {
        ConfigurationResult result = Load(text, sets, environment);
        Assert.Null(result.Configuration);
        Assert.NotEmpty(result.Problems);
        return [.. result.Problems.Select(p => p.ToString())];
    }

    private static ConfigurationResult Load(string text, string[]? sets, Dictionary<string, string>? environment)
        => ConfigurationLoader.Load("sbc.conf", text, sets ?? [], environment ?? NoEnvironment, _ => null);
}
