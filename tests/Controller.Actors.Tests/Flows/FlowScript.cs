using Controller.Actors.Tests.Flows.Script;

namespace Controller.Actors.Tests.Flows;

/// <summary>A flow of an RFC, as it goes when the controller stands in the place of its proxies.</summary>
/// <param name="Section">"RFC 3665 3.1".</param>
/// <param name="Story">What happens, and where it differs from the RFC's ladder because there is a back-to-back user agent in between.</param>
internal sealed record FlowScript(string Section, string Title, string Story, Action<Scenario> Play)
{
    /// <summary>Of the golden file: rfc3665-3.1-successful-session-establishment.</summary>
    public string Name { get; } = string.Concat($"{Section} {Title}".ToLowerInvariant().Replace("rfc ", "rfc", StringComparison.Ordinal)
        .Select(character => char.IsAsciiLetterOrDigit(character) || character == '.' ? character : '-')).Replace("--", "-", StringComparison.Ordinal).TrimEnd('-', '.');
}
