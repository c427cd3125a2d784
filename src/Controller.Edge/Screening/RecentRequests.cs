using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Edge.Screening;

/// <summary>What became of a request that begins something.</summary>
internal enum Fate : byte
{
    Unknown = 0,

    /// <summary>An actor has it, or will: perhaps it waits for a store that does not answer.</summary>
    Taken = 1,

    /// <summary>It was told to come back later.</summary>
    Refused = 2,
}

/// <summary>
/// Remembers for as long as a transaction lives (RFC 3261 section 17.1.1.2: 64*T1) what became of requests that begin something, so that a copy shares the fate of
/// the first: never a 503 from here and an answer from an actor that had it waiting, never an actor for a transaction that a 503 has ended.
/// </summary>
/// <remarks>
/// Fixed in size, without locks or allocation. Two threads that write to one bucket at once may lose an entry, and so does a bucket with more
/// than its places in use: a copy is then treated as a first one.
/// </remarks>
internal sealed class RecentRequests(TimeProvider clock)
{
    private const int Buckets = 1 << 14;
    private const int Places = 4;
    private const int FateBits = 2;
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(32);

    private readonly ulong[] _keys = new ulong[Buckets * Places];

    /// <summary>The moment in milliseconds, then the fate.</summary>
    private readonly long[] _marks = new long[Buckets * Places];

    /// <summary>The transaction of a request: its top Via has the branch (RFC 3261 section 17.2.3), the Call-ID serves those of RFC 2543, which have none.</summary>
    public static ulong KeyOf(SipMessage request)
    {
        // FNV-1a, 64 bits: what is asked for is spread, not secrecy.
        ulong hash = 14695981039346656037;
        Add(ref hash, request.Value(HeaderId.Via));
        Add(ref hash, request.Value(HeaderId.CallId));
        Add(ref hash, request.Value(HeaderId.CSeq));
        return hash | 1;
    }

    public Fate Of(ulong key)
    {
        int bucket = BucketOf(key);
        for (int place = bucket; place < bucket + Places; place++)
        {
            if (Volatile.Read(ref _keys[place]) == key)
            {
                long mark = Volatile.Read(ref _marks[place]);
                return IsOver(mark) ? Fate.Unknown : (Fate)(mark & ((1 << FateBits) - 1));
            }
        }

        return Fate.Unknown;
    }

    public void Remember(ulong key, Fate fate)
    {
        int bucket = BucketOf(key);
        int oldest = bucket;
        for (int place = bucket; place < bucket + Places; place++)
        {
            if (Volatile.Read(ref _keys[place]) == key)
            {
                oldest = place;
                break;
            }

            oldest = Volatile.Read(ref _marks[place]) < Volatile.Read(ref _marks[oldest]) ? place : oldest;
        }

        Volatile.Write(ref _marks[oldest], (Now << FateBits) | (long)fate);
        Volatile.Write(ref _keys[oldest], key);
    }

    private long Now => (long)clock.GetElapsedTime(0).TotalMilliseconds;

    private bool IsOver(long mark) => Now - (mark >> FateBits) > (long)Lifetime.TotalMilliseconds;

    private static int BucketOf(ulong key) => (int)((key >> 32) & (Buckets - 1)) * Places;

    private static void Add(ref ulong hash, ReadOnlySpan<byte> value)
    {
        foreach (byte octet in value)
        {
            hash = (hash ^ octet) * 1099511628211;
        }
    }
}
