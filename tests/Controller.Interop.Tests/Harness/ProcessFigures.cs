using System.Globalization;

namespace Controller.Interop.Tests.Harness;

/// <summary>What the system knows of a running process: processor time, memory, handles, threads.</summary>
internal static class ProcessFigures
{
    /// <summary>Clock ticks are 1/100 s in every Linux ABI that .NET runs on.</summary>
    public static TimeSpan ProcessorTime(int process)
    {
        string stat = File.ReadAllText($"/proc/{process}/stat");
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        long ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        return TimeSpan.FromMilliseconds(ticks * 10);
    }

    public static int ResidentKiB(int process) => Status(process, "VmRSS:");

    public static int PeakResidentKiB(int process) => Status(process, "VmHWM:");

    public static int Handles(int process) => Directory.GetFileSystemEntries($"/proc/{process}/fd").Length;

    public static int Threads(int process) => Status(process, "Threads:");

    private static int Status(int process, string key)
    {
        string line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(key, StringComparison.Ordinal));
        return int.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
    }
}
