namespace Controller.Actors.Routing.Tables;

/// <summary>
/// Arrays of megabytes, cleared and copied a slice at a time. A thread that clears or copies all of one at once cannot be stopped meanwhile, and whoever waits for
/// a collection, every thread that routes calls, waits for it.
/// </summary>
internal static class LargeArray
{
    /// <summary>Elements: at most 24 octets each, some ten microseconds.</summary>
    private const int Slice = 1 << 12;

    /// <summary>All of it default.</summary>
    public static T[] Clear<T>(int length)
        where T : unmanaged
    {
        T[] made = GC.AllocateUninitializedArray<T>(length);
        for (int from = 0; from < length; from += Slice)
        {
            made.AsSpan(from, Math.Min(Slice, length - from)).Clear();
        }

        return made;
    }

    /// <summary>What fits of another; the rest is not set.</summary>
    public static T[] Resized<T>(T[] old, int length)
        where T : unmanaged
    {
        T[] made = GC.AllocateUninitializedArray<T>(length);
        int kept = Math.Min(old.Length, length);
        for (int from = 0; from < kept; from += Slice)
        {
            old.AsSpan(from, Math.Min(Slice, kept - from)).CopyTo(made.AsSpan(from));
        }

        return made;
    }
}
