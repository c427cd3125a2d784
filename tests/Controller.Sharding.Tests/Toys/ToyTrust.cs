using Controller.Sharding.Model;

namespace Controller.Sharding.Tests.Toys;

/// <summary>Trust that a test gives and takes, and that counts how often it is asked.</summary>
internal sealed class ToyTrust : ITrust
{
    private int _gone;
    private long _asked;

    public long Asked => Volatile.Read(ref _asked);

    /// <summary>Called once, behind the next answer.</summary>
    public Action? BehindNext { get; set; }

    public bool Holds
    {
        get
        {
            Interlocked.Increment(ref _asked);
            var holds = Volatile.Read(ref _gone) == 0;
            if (BehindNext is { } once)
            {
                BehindNext = null;
                once();
            }

            return holds;
        }
        set => Volatile.Write(ref _gone, value ? 0 : 1);
    }
}
