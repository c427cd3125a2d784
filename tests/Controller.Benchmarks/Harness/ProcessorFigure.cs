using System.Globalization;

namespace Controller.Benchmarks.Harness;

/// <summary>What one operation took of the processors, microseconds.</summary>
/// <param name="Database">Of PostgreSQL's processes; 0 if there is none.</param>
internal sealed record ProcessorFigure(string Name, double Median, double Least, double Most, double Database)
{
    public static void WriteHeading(TextWriter into)
    {
        into.WriteLine("| operation | processor time (median) | rounds from – to | PostgreSQL's | a second and core |");
        into.WriteLine("| --- | --- | --- | --- | --- |");
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"| {Name} | {Median:0.0} µs | {Least:0.0} µs – {Most:0.0} µs | {(Database > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Database:0.0} µs") : "–")} | {1e6 / Median:0} |");
}
