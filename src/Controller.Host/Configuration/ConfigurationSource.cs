using Controller.Host.Configuration.Tables;

namespace Controller.Host.Configuration;

/// <summary>Where a node's configuration comes from, read again and again: tables of rates that have not changed are read once.</summary>
/// <param name="file">Null: the default configuration.</param>
/// <param name="sets">KEY=VALUE each.</param>
public sealed class ConfigurationSource(string? file, IReadOnlyList<string> sets, IReadOnlyDictionary<string, string> environment)
{
    private readonly RateFiles _tables = new();

    /// <summary>The file with what the environment and the command line say.</summary>
    public ConfigurationResult Read() => ConfigurationLoader.Load(file, sets, environment, _tables);

    /// <summary>A text that came by itself, with what the environment and the command line say.</summary>
    /// <param name="own">What the text says nothing of and no other node could say is taken from here: listeners, addresses, files of this node.</param>
    public ConfigurationResult Candidate(string text, LoadedConfiguration own) => ConfigurationLoader.LoadCandidate(text, own, sets, environment, _tables);

    /// <summary>A version as it was stored: nothing of this node but what is its own.</summary>
    public ConfigurationResult Version(long number, string text, LoadedConfiguration own) => ConfigurationLoader.LoadVersion(number, text, own, _tables);
}
