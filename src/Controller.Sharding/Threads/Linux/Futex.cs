using System.Runtime.InteropServices;

namespace Controller.Sharding.Threads.Linux;

/// <summary>A word on which threads of this process sleep (futex(2)). The word is pinned.</summary>
internal static partial class Futex
{
    private const int WaitPrivate = 128; // FUTEX_WAIT | FUTEX_PRIVATE_FLAG
    private const int WakePrivate = 129;

    private static readonly nint Number = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 202,
        Architecture.Arm64 => 98,
        _ => -1,
    };

    /// <summary>This system has it, and its number is known.</summary>
    public static bool IsHere { get; } = OperatingSystem.IsLinux() && Environment.Is64BitProcess && Number >= 0;

    /// <summary>Returns at once if the word is not <paramref name="expected"/>; when woken; when the time is over; or for no reason.</summary>
    /// <param name="atMost">By the monotonic clock; negative: without end.</param>
    public static void Wait(ref int word, int expected, TimeSpan atMost)
    {
        if (atMost < TimeSpan.Zero)
        {
            _ = Call(Number, ref word, WaitPrivate, expected, 0);
        }
        else
        {
            var (seconds, ticks) = Math.DivRem(atMost.Ticks, TimeSpan.TicksPerSecond);
            var time = new TimeSpec(seconds, ticks * TimeSpan.NanosecondsPerTick);
            _ = Call(Number, ref word, WaitPrivate, expected, time);
        }
    }

    /// <summary>Wakes one thread that sleeps on the word, if there is one.</summary>
    public static void WakeOne(ref int word) => _ = Call(Number, ref word, WakePrivate, 1, 0);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, ref int word, int operation, int value, in TimeSpec time);

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, ref int word, int operation, int value, nint noTime);

    private readonly record struct TimeSpec(long Seconds, long Nanoseconds);
}
