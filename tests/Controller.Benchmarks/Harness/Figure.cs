using System.Globalization;

namespace Controller.Benchmarks.Harness;

/// <summary>What one operation took.</summary>
internal sealed record Figure(string Name, double Nanoseconds, double Least, double Most, double Allocated)
{
    public static void WriteHeading(TextWriter into)
    {
        into.WriteLine("| operation | time (median) | rounds from – to | allocated |");
        into.WriteLine("| --- | --- | --- | --- |");
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"| {Name} | {Time(Nanoseconds)} | {Time(Least)} – {Time(Most)} | {Allocated:0} B |");

    private static string Time(double nanoseconds) => nanoseconds < 1000
        ? string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:0} ns")
        : string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1000:0.0} µs");
}
