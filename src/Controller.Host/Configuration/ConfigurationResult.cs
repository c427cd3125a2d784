namespace Controller.Host.Configuration;

/// <summary>Either a configuration without a fault, or every fault that was found.</summary>
/// <param name="Configuration">Null if and only if there are problems.</param>
public sealed record ConfigurationResult(LoadedConfiguration? Configuration, IReadOnlyList<ConfigurationProblem> Problems);
