using Controller.Actors.Routing.Quality;

namespace Controller.Host.Quality;

/// <summary>A trunk's attempts in slices of time, of which the oldest is emptied for the next. Counting takes no lock; a slice is emptied by one thread.</summary>
internal sealed class AttemptWindow
{
    public const int Slices = 12;

    private readonly Slice[] _slices = [.. Enumerable.Range(0, Slices).Select(_ => new Slice())];

    public AttemptTally Tally => _slices.Aggregate(default(AttemptTally), (sum, slice) => sum + slice.Tally);

    public void Add(int slice, bool isAnswered, TimeSpan? delay) => _slices[slice].Add(isAnswered, delay);

    public void Empty(int slice) => _slices[slice].Empty();

    private sealed class Slice
    {
        private long _attempts;
        private long _answered;
        private long _rang;
        private long _delay;

        /// <summary>An attempt that is counted meanwhile may be in one number and not yet in another.</summary>
        public AttemptTally Tally => new(Volatile.Read(ref _attempts), Volatile.Read(ref _answered), Volatile.Read(ref _rang), Volatile.Read(ref _delay));

        public void Add(bool isAnswered, TimeSpan? delay)
        {
            Interlocked.Increment(ref _attempts);
            if (isAnswered)
            {
                Interlocked.Increment(ref _answered);
            }

            if (delay is { } known)
            {
                Interlocked.Increment(ref _rang);
                Interlocked.Add(ref _delay, (long)known.TotalMilliseconds);
            }
        }

        public void Empty()
        {
            Volatile.Write(ref _attempts, 0);
            Volatile.Write(ref _answered, 0);
            Volatile.Write(ref _rang, 0);
            Volatile.Write(ref _delay, 0);
        }
    }
}
