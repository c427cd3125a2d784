namespace Controller.Sharding.Runtime;

/// <summary>An immutable snapshot that is swapped whole. Readers see the old or the new one, never a mixture.</summary>
public sealed class SettingsSource<T>(T initial)
    where T : class
{
    private T _current = initial;

    public T Current => Volatile.Read(ref _current);

    public void Swap(T next)
    {
        ArgumentNullException.ThrowIfNull(next);
        Volatile.Write(ref _current, next);
    }

    /// <summary>Swaps for what is made of the current one, and of no older one: where several change different parts of it.</summary>
    /// <param name="change">May be called more than once.</param>
    public void Swap(Func<T, T> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        T before, now = Current;
        do
        {
            before = now;
            now = Interlocked.CompareExchange(ref _current, change(before), before);
        }
        while (!ReferenceEquals(before, now));
    }
}
