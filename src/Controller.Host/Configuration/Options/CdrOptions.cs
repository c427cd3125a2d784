namespace Controller.Host.Configuration.Options;

public sealed record CdrOptions
{
    /// <summary>One JSON object a line is appended here.</summary>
    public string File { get; init; } = "data/cdr.jsonl";
}
