using System.Text.RegularExpressions;

namespace Controller.Architecture.Tests;

/// <summary>hocon/reference.conf is the manual of the configuration: every key stands there with its default and a comment.</summary>
public class ReferenceConfigurationTests
{
    /// <summary>A key that opens a line: "name = value", "name: value" or "name += value". A bare "name {" only groups.</summary>
    private static readonly Regex Key = new(@"^\s*(?:""[^""]+""|[A-Za-z0-9_.\-]+)\s*(?:\+?=|:)");

    [Fact]
    public void Every_key_has_a_comment()
    {
        const string file = "hocon/reference.conf";
        Assert.True(File.Exists(Path.Combine(Repository.Root, file)), file);
        var lines = Repository.Lines(file);
        var bare = new List<string>();
        var keys = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            if (IsComment(lines[i]) || !Key.IsMatch(lines[i])) continue;
            keys++;
            if (!HasTrailingComment(lines[i]) && (i == 0 || !IsComment(lines[i - 1]))) bare.Add($"{file}:{i + 1}: {lines[i].Trim()}");
        }

        Assert.True(keys > 10, $"only {keys} keys");
        Assert.Empty(bare);
    }

    private static bool IsComment(string line) => line.TrimStart() is ['#', ..] or ['/', '/', ..];

    private static bool HasTrailingComment(string line)
    {
        var code = Regex.Replace(line, "\"(?:\\\\.|[^\"\\\\])*\"", "");
        return code.Contains('#', StringComparison.Ordinal) || code.Contains("//", StringComparison.Ordinal);
    }
}
