using Controller.Actors.Routing.Quality;

namespace Controller.Host.Admin.Trunks;

/// <summary>How well this node has seen a trunk do, in the window of routing.quality.</summary>
/// <param name="AnswerRatio">As routes see it, drawn towards the average of all trunks; the average itself while too little was seen.</param>
/// <param name="PostDialDelay">Likewise, in seconds.</param>
/// <param name="Measured">Enough attempts were seen.</param>
public sealed record TrunkQualityView(long Attempts, long Answered, double AnswerRatio, double PostDialDelay, bool Measured)
{
    public static TrunkQualityView Of(TrunkQuality quality) => new(
        quality.Tally.Attempts, quality.Tally.Answered, Math.Round(quality.AnswerRatio, 4), Math.Round(quality.DelayMilliseconds / 1000, 3), quality.IsMeasured);
}
