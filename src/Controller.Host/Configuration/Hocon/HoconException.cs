namespace Controller.Host.Configuration.Hocon;

/// <summary>The one error of reading HOCON: where, which key, what is wrong.</summary>
public sealed class HoconException : Exception
{
    public HoconException(HoconOrigin origin, string key, string text)
        : base($"{origin}: {key}: {text}")
    {
        Problem = new ConfigurationProblem(origin, key, text);
    }

    public ConfigurationProblem Problem { get; }
}
