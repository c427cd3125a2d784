namespace Controller.Host.Configuration;

/// <summary>Reference defaults, then the file, then the environment, then <c>--set</c>: read, merged, checked.</summary>
public static class ConfigurationLoader
{
    /// <param name="file">Null: the default configuration, <c>hocon/single-node.conf</c>.</param>
    /// <param name="sets">KEY=VALUE each.</param>
    /// <param name="environment">All variables: <c>CONTROLLER__…</c> override keys, any of them can be substituted.</param>
    public static ConfigurationResult Load(string? file, IReadOnlyList<string> sets, IReadOnlyDictionary<string, string> environment)
        => throw new NotImplementedException();
}
