using Controller.Host.Configuration.Hocon;

namespace Controller.Host.Configuration;

/// <summary>One thing that is wrong with a configuration.</summary>
/// <param name="Origin">File and line, environment variable or option that says it.</param>
/// <param name="Key">Full path, such as <c>controller.listeners[0].realm</c>.</param>
/// <param name="Text">What is wrong and what was expected.</param>
public sealed record ConfigurationProblem(HoconOrigin Origin, string Key, string Text)
{
    public override string ToString() => $"{Origin}: {Key}: {Text}";
}
