using Controller.Sharding.Model;

namespace Controller.Actors.Trunks;

/// <summary>
/// Calls per second as one number: the time until which the rate is used up, which each call moves on by 1/rate (a leaky bucket, ITU-T I.371 annex A:
/// "generic cell rate algorithm"). What 150 ms allow may come at once, and not more: over ten seconds that is three in two hundred, and a
/// pause of the one who counts is made up for.
/// </summary>
internal static class Pace
{
    private const long Second = 1_000_000;

    /// <summary>How far ahead of its time a call may come, in microseconds.</summary>
    private const long Burst = Second * 3 / 20;

    /// <param name="until">Microseconds since 1970, as the last call left it.</param>
    /// <param name="next">What this call leaves; only if it may go.</param>
    public static bool Allows(long until, Instant now, double perSecond, out long next)
    {
        long at = now.Milliseconds * 1000;
        next = Math.Max(until, at) + (long)(Second / perSecond);
        return until <= at + Burst;
    }
}
