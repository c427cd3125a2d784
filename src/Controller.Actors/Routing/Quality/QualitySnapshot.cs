using System.Collections.Frozen;

namespace Controller.Actors.Routing.Quality;

/// <summary>
/// How well trunks do, as a node has seen it: what routes with order = quality go by, as they go by the time. A few attempts do not decide: a trunk with fewer than
/// the least number counts as the average of all, and each other is drawn towards that average as if it had that many average attempts more.
/// </summary>
public sealed class QualitySnapshot
{
    /// <summary>Nothing was seen: all are equally good.</summary>
    public static readonly QualitySnapshot Empty = new([], 1);

    private readonly FrozenDictionary<string, TrunkQuality> _seen;
    private readonly TrunkQuality _unseen;

    /// <param name="seen">By trunk.</param>
    /// <param name="least">How many attempts say something; at least 1.</param>
    public QualitySnapshot(IReadOnlyCollection<KeyValuePair<string, AttemptTally>> seen, int least)
    {
        AttemptTally all = seen.Aggregate(default(AttemptTally), (sum, trunk) => sum + trunk.Value);
        double ratio = all.Attempts == 0 ? 1 : (double)all.Answered / all.Attempts;
        double delay = all.Rang == 0 ? 0 : (double)all.DelayMilliseconds / all.Rang;
        _unseen = new TrunkQuality(default, ratio, delay, IsMeasured: false);
        _seen = seen.ToFrozenDictionary(trunk => trunk.Key, trunk => Of(trunk.Value));

        TrunkQuality Of(AttemptTally tally) => tally.Attempts < least
            ? _unseen with { Tally = tally }
            : new TrunkQuality(tally, (tally.Answered + (ratio * least)) / (tally.Attempts + least), (tally.DelayMilliseconds + (delay * least)) / (tally.Rang + least), IsMeasured: true);
    }

    public TrunkQuality Of(string trunk) => _seen.GetValueOrDefault(trunk) ?? _unseen;
}
