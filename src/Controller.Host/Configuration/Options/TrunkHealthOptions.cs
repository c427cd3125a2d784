namespace Controller.Host.Configuration.Options;

/// <summary>How a trunk's endpoints are probed. Read and checked; not used by this version.</summary>
public sealed record TrunkHealthOptions
{
    /// <summary>Zero: no OPTIONS are sent.</summary>
    public TimeSpan OptionsEvery { get; init; } = TimeSpan.FromSeconds(30);
    public int DownAfter { get; init; } = 3;
    public int UpAfter { get; init; } = 1;
}
