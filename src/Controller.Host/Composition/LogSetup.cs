using Microsoft.Extensions.Logging.Console;

namespace Controller.Host.Composition;

/// <summary>One line an event, on standard error: standard output says `ready` and nothing else.</summary>
public static class LogSetup
{
    public static ILoggerFactory Create(LogLevel level) => LoggerFactory.Create(logs =>
    {
        logs.SetMinimumLevel(level);
        logs.AddFilter("Microsoft", level > LogLevel.Warning ? level : LogLevel.Warning);
        // A start that fails is explained in one line of our own, not in the framework's stack trace.
        logs.AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        logs.AddSimpleConsole(line =>
        {
            line.SingleLine = true;
            line.UseUtcTimestamp = true;
            line.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            line.ColorBehavior = LoggerColorBehavior.Disabled;
        });
        logs.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    });
}
