using System.Runtime.InteropServices;

namespace Controller.Interop.Tests.Harness;

/// <summary>POSIX signals to one process by its id.</summary>
internal static class Signals
{
    public const int Hangup = 1, Kill = 9, Terminate = 15, Continue = 18, Stop = 19;

    public static void Send(int process, int signal)
    {
        if (process <= 1 || SendSignal(process, signal) != 0)
        {
            throw new InvalidOperationException($"signal {signal} could not be sent to process {process}");
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int process, int signal);
}
