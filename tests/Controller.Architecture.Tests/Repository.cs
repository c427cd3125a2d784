using System.Xml.Linq;

namespace Controller.Architecture.Tests;

/// <summary>The source tree that these tests were built from, found upwards from the test assembly.</summary>
internal static class Repository
{
    public static readonly string Root = Find();

    public static IEnumerable<string> Projects(string under) =>
        Directory.EnumerateFiles(Path.Combine(Root, under), "*.csproj", SearchOption.AllDirectories).Where(IsOurs).Order(StringComparer.Ordinal);

    /// <summary>Hand-written C# below a folder, relative to the root, with "/".</summary>
    public static IEnumerable<string> Sources(string under) => Files(under, "*.cs");

    public static IEnumerable<string> Files(string under, string pattern)
    {
        var folder = Path.Combine(Root, under);
        return !Directory.Exists(folder) ? [] : Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories).Where(IsOurs)
            .Select(static file => Path.GetRelativePath(Root, file).Replace('\\', '/')).Order(StringComparer.Ordinal);
    }

    public static string[] Lines(string relative) => File.ReadAllLines(Path.Combine(Root, relative));

    public static string Text(string relative) => File.ReadAllText(Path.Combine(Root, relative));

    /// <summary>Values of an attribute of all elements of a name in a project file.</summary>
    public static string[] Items(string project, string element, string attribute = "Include") =>
        XDocument.Load(project).Descendants(element).Select(item => item.Attribute(attribute)?.Value).OfType<string>().ToArray();

    /// <summary>C# with comments and the content of literals blanked out, line by line as it was.</summary>
    public static string Code(string relative)
    {
        var text = Text(relative);
        return System.Text.RegularExpressions.Regex.Replace(
            text, "//[^\n]*|/\\*.*?\\*/|\"\"\".*?\"\"\"|@\"(?:[^\"]|\"\")*\"|\"(?:\\\\.|[^\"\\\\\n])*\"|'(?:\\\\.|[^'\\\\\n])'",
            static found => new string([.. found.Value.Select(static c => c == '\n' ? '\n' : ' ')]),
            System.Text.RegularExpressions.RegexOptions.Singleline);
    }

    private static bool IsOurs(string file)
    {
        var path = Path.GetRelativePath(Root, file).Replace('\\', '/');
        return !path.Split('/').Any(static part => part is "obj" or "bin" or ".git" or "artifacts" or "TestResults" or "data");
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Controller.sln"))) folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("Controller.sln is not above " + AppContext.BaseDirectory);
    }
}
