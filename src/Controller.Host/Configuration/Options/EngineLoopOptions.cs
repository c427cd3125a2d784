namespace Controller.Host.Configuration.Options;

public sealed record EngineLoopOptions
{
    /// <summary>Shard loops, each a thread of its own; 0: half the processors, at least one.</summary>
    public int Loops { get; init; }
}
