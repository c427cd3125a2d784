namespace Controller.Host.Console;

/// <summary>The options of <c>route simulate</c>: a request in words.</summary>
public sealed record RouteArguments
{
    /// <summary>Those that take a value, and what that is.</summary>
    public static readonly IReadOnlyDictionary<string, string> Options = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["--uri"] = "a Request-URI",
        ["--realm"] = "the name of a realm",
        ["--source"] = "an address and a port",
        ["--user"] = "a user of the registrar",
        ["--method"] = "a method",
        ["--header"] = "\"Name: value\"",
        ["--at"] = "a date and a time",
        ["--invite"] = "a file with a request as SIP text",
        ["--recent"] = "a number of calls",
    };

    /// <summary>By option, in the order given.</summary>
    public IReadOnlyList<(string Option, string Value)> Values { get; init; } = [];

    /// <summary>The user was looked up and has no binding.</summary>
    public bool IsUnregistered { get; init; }

    public string? Last(string option) => Values.LastOrDefault(value => value.Option == option).Value;
}
