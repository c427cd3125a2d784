namespace Controller.Sharding.Runtime;

/// <summary>
/// Whether this thread is just performing an effect. What one actor tells another then is part of a decision that is made: the state says that it was told, and
/// nobody would repeat it. So it is not refused for reasons that keep new load out.
/// </summary>
internal static class Inside
{
    [ThreadStatic]
    private static bool _performing;

    public static bool IsPerforming
    {
        get => _performing;
        set => _performing = value;
    }
}
