using System.Diagnostics;

namespace Controller.Edge.Tests.Fakes;

public static class Wait
{
    /// <summary>Polls until the condition holds, at most five seconds; returns the last value seen.</summary>
    public static T For<T>(Func<T> look, Func<T, bool> enough)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (true)
        {
            T value = look();
            if (enough(value) || watch.Elapsed > TimeSpan.FromSeconds(5))
            {
                return value;
            }

            Thread.Sleep(5);
        }
    }

    public static void Until(Func<bool> condition, string what) => Assert.True(For(condition, c => c), what);
}
