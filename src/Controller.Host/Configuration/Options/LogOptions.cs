namespace Controller.Host.Configuration.Options;

public sealed record LogOptions
{
    public LogLevel Level { get; init; } = LogLevel.Information;
}
