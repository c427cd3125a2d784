using Microsoft.Extensions.Logging;

namespace Controller.Host.Tests.Telemetry;

/// <summary>A log that is kept: level and text.</summary>
internal sealed class Lines : ILogger
{
    public List<string> Written { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Written.Add($"{logLevel} {formatter(state, exception)}");
}
