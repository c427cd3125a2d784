namespace Controller.Host.Configuration.Options;

/// <summary>Budgets of one message and of the stream transports.</summary>
public sealed record LimitOptions
{
    /// <summary>Bytes of start line and header lines.</summary>
    public int MaxHeaderBytes { get; init; } = 32 * 1024;
    public int MaxBodyBytes { get; init; } = 64 * 1024;

    /// <summary>Accepted and opened connections at a time.</summary>
    public int TcpConnections { get; init; } = 10_000;

    /// <summary>A connection without traffic is closed after this long; longer than a registration lasts, because calls arrive on its connection.</summary>
    public TimeSpan TcpIdle { get; init; } = TimeSpan.FromMinutes(65);
}
