namespace Controller.Sip.Tests.Transactions;

/// <summary>Compares with a file beside the tests. Set CONTROLLER_APPROVE=1 to write it anew, then read the diff.</summary>
internal static class Golden
{
    /// <summary>A file of this project's source tree, found upwards from the test assembly.</summary>
    public static string PathOf(string relative)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Controller.sln"))) folder = folder.Parent;
        Assert.NotNull(folder);
        return Path.Combine(folder.FullName, "tests", "Controller.Sip.Tests", relative);
    }

    public static void Compare(string relative, string actual)
    {
        var file = PathOf(relative);
        if (Environment.GetEnvironmentVariable("CONTROLLER_APPROVE") == "1") File.WriteAllText(file, actual);
        var expected = File.ReadAllText(file).Split('\n');
        var lines = actual.Split('\n');
        for (var i = 0; i < Math.Min(expected.Length, lines.Length); i++) Assert.Equal(expected[i], lines[i]);
        Assert.Equal(expected.Length, lines.Length);
    }
}
