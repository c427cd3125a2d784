using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Controller.Fuzz.Tests.Targets;
using Xunit.Abstractions;

namespace Controller.Fuzz.Tests;

/// <summary>
/// No input makes an exception. A few seconds each in every test run, from fixed seeds; FUZZ_MINUTES=10 shares ten minutes among the targets and draws the
/// seed (FUZZ_SEED sets it). What breaks something is written to the corpus, and is run again by every later run.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly Target[] All =
        [new MessageTarget(), new UriTarget(), new HeaderTarget(), new SdpTarget(), new BodyTarget(), new TransactionTarget(), new CallTarget(), new DnsTarget()];

    /// <summary>However slow the machine.</summary>
    private const int Least = 50;

    private static readonly double Minutes = double.TryParse(Environment.GetEnvironmentVariable("FUZZ_MINUTES"), out double minutes) ? minutes : 0;

    private static readonly int Seed = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_SEED"), out int seed) ? seed : Minutes > 0 ? Environment.TickCount & 0xFFFFFF : 3261;

    public static TheoryData<string> Names => [.. All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Nothing_unexpected(string name)
    {
        Target target = All.Single(each => each.Name == name);
        TimeSpan time = Minutes > 0 ? TimeSpan.FromMinutes(Minutes / All.Length) : TimeSpan.FromSeconds(2.5);
        var random = new Random(Seed);
        long began = Stopwatch.GetTimestamp();
        long inputs = 0;
        for (; Stopwatch.GetElapsedTime(began) < time || inputs < Least; inputs++)
        {
            byte[] input = target.Next(random);
            try
            {
                target.Run(input);
            }
            catch (Exception failure)
            {
                string file = Keep(name, input);
                Assert.Fail($"seed {Seed}, input {inputs}, kept as {file}: {failure}");
            }
        }

        string figures = $"fuzz {name}: seed {Seed}, {inputs} inputs in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s, no unexpected exception";
        output.WriteLine(figures);
        if (Minutes > 0)
        {
            string folder = Path.Combine(Root(), "artifacts", "figures");
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, $"fuzz-{name}.txt"), figures + "\n");
        }
    }

    public static TheoryData<string> Kept => [.. Files().DefaultIfEmpty("")];

    [Theory]
    [MemberData(nameof(Kept))]
    public void What_once_broke_something_breaks_nothing(string file)
    {
        if (file.Length > 0)
        {
            Target target = All.Single(each => each.Name == Path.GetDirectoryName(file));
            target.Run(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "corpus", file)));
        }
    }

    private static IEnumerable<string> Files()
    {
        string root = Path.Combine(AppContext.BaseDirectory, "corpus");
        return Directory.Exists(root)
            ? Directory.EnumerateFiles(root, "*.bin", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal)
            : [];
    }

    private static string Keep(string name, byte[] input)
    {
        string folder = Path.Combine(Root(), "tests", "Controller.Fuzz.Tests", "corpus", name);
        Directory.CreateDirectory(folder);
        string file = Path.Combine(folder, Convert.ToHexStringLower(SHA256.HashData(input))[..12] + ".bin");
        File.WriteAllBytes(file, input);
        return file;
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
