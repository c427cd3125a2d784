using System.Text.RegularExpressions;

namespace Controller.Architecture.Tests;

/// <summary>The rules of the house that a text search can check. CONTRIBUTING.md has them in words.</summary>
public class HouseRuleTests
{
    private const int MaxLines = 400;

    private static readonly string[] Words = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Processor", "Handler", "Service", "Info", "Data", "Common", "Base", "Impl"];
    private static readonly string[] Alone = ["Session", "Endpoint", "Connection", "Message"];

    [Fact]
    public void There_is_something_to_look_at() => Assert.True(Repository.Sources("src").Count() > 50);

    [Fact]
    public void No_source_file_is_longer_than_400_lines() =>
        Assert.DoesNotContain(Repository.Sources("src"), static file => Repository.Lines(file).Length > MaxLines);

    [Fact]
    public void No_regions() =>
        Assert.DoesNotContain(Repository.Sources("src").Concat(Repository.Sources("tests")), static file => Regex.IsMatch(Repository.Code(file), @"^\s*#region", RegexOptions.Multiline));

    [Fact]
    public void Partial_is_for_generated_code_only()
    {
        var partial = Repository.Sources("src").Where(static file =>
            Regex.IsMatch(Repository.Code(file), @"\bpartial\s+(class|struct|record|interface)\b") && !file.EndsWith(".Log.cs", StringComparison.Ordinal) &&
            !Regex.IsMatch(Repository.Code(file), @"\[(GeneratedRegex|LoggerMessage|JsonSerializable|JsonSourceGenerationOptions|LibraryImport)\b"));
        Assert.Empty(partial);
    }

    [Fact]
    public void Type_names_say_what_a_thing_is()
    {
        var bad = new List<string>();
        foreach (var file in Repository.Sources("src"))
        {
            foreach (Match type in Regex.Matches(Repository.Code(file), @"\b(?:class|struct|record(?:\s+(?:class|struct))?|interface|enum)\s+([A-Z]\w*)"))
            {
                var name = type.Groups[1].Value;
                var words = Regex.Matches(name, "[A-Z][a-z0-9]*|[A-Z]+(?![a-z])").Select(static word => word.Value);

                // The dot of Sip.Messages.SipMessage is no licence: only a bare word that another library has taken is meant by "alone".
                if (words.Any(Words.Contains) || Alone.Contains(name)) bad.Add($"{file}: {name}");
            }
        }

        Assert.Empty(bad);
    }

    [Fact]
    public void Program_only_composes() => Assert.True(Repository.Lines("src/Controller.Host/Program.cs").Length < 60);

    [Fact]
    public void Nothing_names_a_path_of_one_machine()
    {
        // Built from parts so that this file does not name them itself.
        var machine = new Regex("(?<![A-Za-z0-9_.$~}*-])/(" + "work" + "|" + "tmp" + ")(/[A-Za-z0-9]|\\b(?=[\"' ]))");
        string[] patterns = ["*.cs", "*.csproj", "*.props", "*.targets", "*.md", "*.conf", "*.json", "*.proto", "*.sql", "*.txt", "*.yml", "*.sh", "run"];
        var bad = patterns.SelectMany(static pattern => Repository.Files("", pattern)).Distinct()
            .SelectMany(file => Repository.Lines(file).Select((line, index) => (line, where: $"{file}:{index + 1}")))
            .Where(item => machine.IsMatch(item.line)).Select(static item => $"{item.where}: {item.line.Trim()}");
        Assert.Empty(bad);
    }
}
