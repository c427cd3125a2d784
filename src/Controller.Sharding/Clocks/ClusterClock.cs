namespace Controller.Sharding.Clocks;

/// <summary>
/// The time that stored instants are of: that of a reference at the start, from then on this machine's monotonic clock, drawn towards the reference as slowly as
/// adjtime(3) does. Nobody who sets this machine's wall clock moves it, it never goes back, and the nodes of a cluster, which have one reference, agree on it
/// within a round trip.
/// </summary>
/// <remarks>
/// The reference is the arbiter's clock, read with every heartbeat; alone, this machine's wall clock. If the reference is set, every node goes after it at the same
/// rate, and who comes nearer than the others, for no two quartzes run alike, waits for them: they stay together. Who joins takes the time of those that are up.
/// <para>
/// The monotonic clock stands still while a virtual machine is suspended. If others are there, they have fenced this run meanwhile and it ends; the next one begins
/// with the time of the others. If it was not fenced (the arbiter stood still too), the first reading shows that the others are ahead and that its own wall clock
/// is: two witnesses that it slept, and the clock takes up what it has missed at once. A reference that was set, or a wall clock that was, is one witness only.
/// </para>
/// </remarks>
public sealed class ClusterClock : TimeProvider
{
    /// <summary>
    /// The clock gains or loses one part in 2000 of the time that passes: five times what quartz is wrong by, so that any reference can be followed, and a
    /// sixtieth of a second in the 32 s of timer B, or 1.8 s in an hour that is charged.
    /// </summary>
    public const int Slowness = 2000;

    /// <summary>A reading that took longer says too little.</summary>
    public static readonly TimeSpan LongestRoundTrip = TimeSpan.FromMilliseconds(100);

    /// <summary>From here on somebody has set a clock.</summary>
    public static readonly TimeSpan Alarming = TimeSpan.FromSeconds(1);

    /// <summary>As near as this, each follows the reference for itself.</summary>
    public static readonly TimeSpan Close = TimeSpan.FromMilliseconds(500);

    /// <summary>A time that was further wrong than this is not gone on with at a start.</summary>
    public static readonly TimeSpan Furthest = TimeSpan.FromDays(1);

    /// <summary>Nobody waits for so long between reading the monotonic clock and using the stamp; far less than between two readings of the reference.</summary>
    private static readonly TimeSpan Lead = TimeSpan.FromMilliseconds(50);

    /// <summary>Of what the others told, the way to the arbiter is not known.</summary>
    private static readonly TimeSpan Together = TimeSpan.FromMilliseconds(20);

    private readonly Lock _learning = new();
    private readonly double _ticksPerStamp;
    private readonly long _lead;
    private Course _course;
    private long _ahead;
    private bool _alarmed;

    /// <param name="machine">Its monotonic clock and its timers are used; its wall clock only where a start or a standstill asks for it.</param>
    /// <param name="start">The time now.</param>
    public ClusterClock(TimeProvider machine, DateTimeOffset start)
        : this(machine, start, machine?.GetTimestamp() ?? throw new ArgumentNullException(nameof(machine)))
    {
    }

    /// <param name="machine">As above.</param>
    /// <param name="time">What time it was at <paramref name="stamp"/>: the thread that read it may have stood still since.</param>
    /// <param name="stamp">Of the machine's monotonic clock.</param>
    public ClusterClock(TimeProvider machine, DateTimeOffset time, long stamp)
    {
        ArgumentNullException.ThrowIfNull(machine);
        Machine = machine;
        _ticksPerStamp = (double)TimeSpan.TicksPerSecond / machine.TimestampFrequency;
        _lead = (long)(Lead.Ticks / _ticksPerStamp);
        var begin = new Stretch(stamp, time.UtcTicks, 0);
        _course = new Course(begin, stamp, begin);
    }

    /// <summary>The reference is further away than <see cref="Alarming"/>, by the time given, as <see cref="Ahead"/>; told once, until it is near again.</summary>
    public event Action<TimeSpan>? Apart;

    /// <summary>Whose monotonic clock, and timers, these are.</summary>
    public TimeProvider Machine { get; }

    /// <summary>How far this clock was ahead of the reference when it was read last.</summary>
    public TimeSpan Ahead => new(Volatile.Read(ref _ahead));

    public override long TimestampFrequency => Machine.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => Machine.LocalTimeZone;

    public override long GetTimestamp() => Machine.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        Machine.CreateTimer(callback, state, dueTime, period);

    /// <inheritdoc/>
    /// <remarks>Any thread; what one thread has seen, no other sees later as past.</remarks>
    public override DateTimeOffset GetUtcNow()
    {
        // The stamp first: a course that is newer than it knows what came before its turn.
        long stamp = Machine.GetTimestamp();
        return new DateTimeOffset(At(Volatile.Read(ref _course), stamp), TimeSpan.Zero);
    }

    /// <summary>Looks where the reference is. Not on the path of messages; any thread.</summary>
    public void Learn(in ClockReading reading)
    {
        TimeSpan roundTrip = Machine.GetElapsedTime(reading.Sent, reading.Received);
        if (roundTrip > LongestRoundTrip)
        {
            return;
        }

        long middle = reading.Sent + ((reading.Received - reading.Sent) / 2);
        TimeSpan ahead;
        bool alarm;
        lock (_learning)
        {
            if (reading.Others is { } others)
            {
                CatchUp(others, middle);
            }

            ahead = new TimeSpan(At(_course, middle) - reading.Time.UtcTicks);
            Volatile.Write(ref _ahead, ahead.Ticks);
            Draw(reading, middle, roundTrip.Ticks / 2);
            bool apart = ahead.Duration() > Alarming;
            alarm = apart && !_alarmed;
            _alarmed = apart;
        }

        if (alarm)
        {
            Apart?.Invoke(ahead);
        }
    }

    /// <summary>Towards the reference, and only as far as the reading proves: it was made at any moment of its round trip.</summary>
    private void Draw(in ClockReading reading, long middle, long unsure)
    {
        Course course = _course;
        long stamp = Machine.GetTimestamp();
        if (stamp < course.Turn)
        {
            return;
        }

        long turn = stamp + _lead;
        long there = At(course, turn);
        long ahead = there - reading.Time.UtcTicks - Ticks(turn - middle);
        if (Math.Abs(ahead) > unsure)
        {
            long draw = ahead > 0 ? unsure - ahead : -unsure - ahead;
            var next = new Stretch(turn, there, IsFirst(ahead, reading) ? 0 : draw);
            Volatile.Write(ref _course, new Course(course.After, turn, next));
        }
    }

    /// <summary>On a long way to the reference, the others are behind.</summary>
    private static bool IsFirst(long ahead, in ClockReading reading) =>
        Math.Abs(ahead) > Close.Ticks && reading.Others is { } others
        && Math.Sign(ahead) * (others - reading.Time).Ticks > Math.Abs(ahead) + Together.Ticks;

    private void CatchUp(DateTimeOffset others, long middle)
    {
        long stamp = Machine.GetTimestamp();
        long now = At(_course, stamp);
        long missed = Math.Min(others.UtcTicks + Ticks(stamp - middle), Machine.GetUtcNow().UtcTicks) - now;
        if (missed > Alarming.Ticks)
        {
            var next = new Stretch(stamp, now + missed, 0);
            Volatile.Write(ref _course, new Course(next, stamp, next));
        }
    }

    private long Ticks(long stamps) => (long)(stamps * _ticksPerStamp);

    private long At(Course course, long stamp)
    {
        ref readonly Stretch stretch = ref stamp < course.Turn ? ref course.Before : ref course.After;
        long passed = Ticks(stamp - stretch.From);
        long most = Math.Max(0, passed) / Slowness;
        return stretch.Time + passed + Math.Clamp(stretch.Draw, -most, most);
    }

    /// <summary>From a stamp on, with the monotonic clock and beside it towards a goal, until that is reached.</summary>
    /// <param name="From">Stamp of the monotonic clock.</param>
    /// <param name="Time">Then; in ticks, like <paramref name="Draw"/>, what is to be gained.</param>
    private readonly record struct Stretch(long From, long Time, long Draw);

    /// <summary>The next stretch begins a moment after it was published: until then all threads, whichever course they have seen, are on the one before.</summary>
    private sealed class Course(Stretch before, long turn, Stretch after)
    {
        public readonly Stretch Before = before;
        public readonly long Turn = turn;
        public readonly Stretch After = after;
    }
}
