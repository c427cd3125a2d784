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
}
