namespace Controller.Sharding.Model;

/// <summary>A point in time as an input carries it: milliseconds since 1970-01-01T00:00:00Z. Pure rooms get it handed in.</summary>
public readonly record struct Instant(long Milliseconds) : IComparable<Instant>
{
    /// <summary>Later than every deadline: nothing is due.</summary>
    public static readonly Instant Never = new(long.MaxValue);

    public static readonly Instant Zero = new(0);

    /// <summary>Saturates at <see cref="Never"/>, so that a deadline computed from "never" stays never.</summary>
    public Instant After(TimeSpan span) =>
        this == Never || span == Timeout.InfiniteTimeSpan ? Never : new Instant(Milliseconds + (long)span.TotalMilliseconds);

    public TimeSpan Since(Instant earlier) => TimeSpan.FromMilliseconds(Milliseconds - earlier.Milliseconds);

    public DateTimeOffset ToDateTimeOffset() => DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds);

    public int CompareTo(Instant other) => Milliseconds.CompareTo(other.Milliseconds);

    public static Instant Earlier(Instant a, Instant b) => a.Milliseconds <= b.Milliseconds ? a : b;

    public static bool operator <(Instant a, Instant b) => a.Milliseconds < b.Milliseconds;
    public static bool operator >(Instant a, Instant b) => a.Milliseconds > b.Milliseconds;
    public static bool operator <=(Instant a, Instant b) => a.Milliseconds <= b.Milliseconds;
    public static bool operator >=(Instant a, Instant b) => a.Milliseconds >= b.Milliseconds;
}
