namespace Controller.Host.Console;

/// <summary>What <c>config</c> is to do, and its options.</summary>
public sealed record ConfigArguments
{
    public static readonly IReadOnlyList<string> Verbs = ["show", "validate", "diff", "activate", "rollback", "versions"];

    /// <summary>Those that take a value, and what that is.</summary>
    public static readonly IReadOnlyDictionary<string, string> Options = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["--expect"] = "the number of a version",
        ["--to"] = "the number of a version",
        ["--by"] = "a name",
    };

    public string Verb { get; init; } = "";

    /// <summary>By option, in the order given.</summary>
    public IReadOnlyList<(string Option, string Value)> Values { get; init; } = [];

    /// <summary>As a query of a request; those that were not given are left out.</summary>
    public string Query(params ReadOnlySpan<string> options)
    {
        var pairs = new List<string>();
        foreach (string option in options)
        {
            if (Values.LastOrDefault(value => value.Option == option).Value is { } text)
            {
                pairs.Add($"{option[2..]}={Uri.EscapeDataString(text)}");
            }
        }

        return pairs.Count == 0 ? "" : "?" + string.Join('&', pairs);
    }
}
