namespace Controller.Actors.Policies;

/// <summary>What the quality of trunks is measured by.</summary>
/// <param name="Window">How far back attempts count.</param>
/// <param name="MinSamples">How many of them say something.</param>
public sealed record QualitySettings(TimeSpan Window, int MinSamples)
{
    public static readonly QualitySettings Default = new(TimeSpan.FromMinutes(15), 30);
}
