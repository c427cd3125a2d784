using System.Diagnostics;

namespace Controller.Interop.Tests.Harness;

/// <summary>Polls a condition until it holds or a deadline passes; the failure says what was seen last.</summary>
internal static class Eventually
{
    private static readonly ManualResetEventSlim Never = new(false);

    public static void True(Func<bool> condition, TimeSpan limit, Func<string> describe)
    {
        if (!Holds(condition, limit))
        {
            Assert.Fail($"not within {limit.TotalSeconds:0.#} s: {describe()}");
        }
    }

    public static void True(Func<bool> condition, TimeSpan limit, string what) => True(condition, limit, () => what);

    public static bool Holds(Func<bool> condition, TimeSpan limit)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > limit)
            {
                return condition();
            }

            Never.Wait(10);
        }

        return true;
    }

    /// <summary>Real time passes: where the test is about what a party does meanwhile, never to wait for a result. What has passed already is not waited for.</summary>
    public static void Elapse(TimeSpan time) => Never.Wait(time > TimeSpan.Zero ? time : TimeSpan.Zero);
}
