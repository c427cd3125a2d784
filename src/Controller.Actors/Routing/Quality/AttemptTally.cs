namespace Controller.Actors.Routing.Quality;

/// <summary>What became of the attempts at one trunk that came to their end within a window.</summary>
/// <param name="Attempts">Those that were answered, refused, given up or cancelled; not those that were redirected.</param>
/// <param name="Answered">With a 2xx.</param>
/// <param name="Rang">Of which it is known when somebody rang, or answered at once.</param>
/// <param name="DelayMilliseconds">Of those, from the INVITE until then, added up.</param>
public readonly record struct AttemptTally(long Attempts, long Answered, long Rang, long DelayMilliseconds)
{
    public static AttemptTally operator +(AttemptTally one, AttemptTally other) =>
        new(one.Attempts + other.Attempts, one.Answered + other.Answered, one.Rang + other.Rang, one.DelayMilliseconds + other.DelayMilliseconds);

    public static AttemptTally Add(AttemptTally left, AttemptTally right) => left + right;
}
