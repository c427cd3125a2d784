using System.Globalization;

namespace Controller.Actors.Routing.Quality;

/// <summary>How well a trunk does, as far as that can be told from what was seen of it.</summary>
/// <param name="AnswerRatio">Of answers to attempts: answer-seizure ratio (RFC 6076 section 4.6, session establishment ratio), from 0 to 1.</param>
/// <param name="DelayMilliseconds">Post-dial delay (RFC 6076 section 4.3, session request delay).</param>
/// <param name="IsMeasured">False: too little was seen of it, and it counts as the average of all.</param>
public sealed record TrunkQuality(AttemptTally Tally, double AnswerRatio, double DelayMilliseconds, bool IsMeasured)
{
    /// <summary>How many different answer ratios there are: trunks that differ less are equally good, and price or shares decide.</summary>
    private const int RatioSteps = 20;
    private const int DelayStepMilliseconds = 500;
    private const int MostDelaySteps = 255;

    /// <summary>Lowest first: by answer ratio, then by post-dial delay.</summary>
    public int Rank { get; } = ((RatioSteps - (int)Math.Round(AnswerRatio * RatioSteps)) << 8) | (int)Math.Min(MostDelaySteps, Math.Round(DelayMilliseconds / DelayStepMilliseconds));

    /// <summary>For people.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"quality {(IsMeasured ? "" : "as the average: ")}{AnswerRatio * 100:0} % answered, rings after {DelayMilliseconds / 1000:0.0} s ({Tally.Attempts} attempts)");
}
