using System.Collections.Immutable;

namespace Controller.Host.Configuration.Options;

/// <summary>Read and checked in every version, used with journal.kind = postgres.</summary>
public sealed record ClusterOptions
{
    public string LinkListen { get; init; } = "127.0.0.1:7601";
    public string LinkAdvertise { get; init; } = "127.0.0.1:7601";

    /// <summary>Fixed for the life of a cluster.</summary>
    public int Shards { get; init; } = 256;
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(200);
    public TimeSpan SuspectAfter { get; init; } = TimeSpan.FromSeconds(1);
    public TimeSpan Trust { get; init; } = TimeSpan.FromMilliseconds(700);
    public TimeSpan RebalanceAfter { get; init; } = TimeSpan.FromSeconds(10);
    public int MovesPerSecond { get; init; } = 20;
    public TimeSpan Quarantine { get; init; } = TimeSpan.FromSeconds(60);
    public ImmutableArray<FloatingAddress> Addresses { get; init; } = [];
}

/// <param name="Address">Address and prefix length, such as 10.9.0.10/24.</param>
/// <param name="Device">Network device that carries it.</param>
public sealed record FloatingAddress(string Address, string Device);
