namespace Controller.Interop.Tests.Harness;

/// <summary>Where the checkout is, found from the test binary upwards.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>Debug or Release, as this assembly was built: the node under test is the one built with it.</summary>
    public static string Configuration { get; } = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";

    public static string NodeBinary => Path.Combine(Root, "src/Controller.Host/bin", Configuration, "net10.0/Controller.Host.dll");

    public static string Scenario(string relative) => Path.Combine(Root, "tests/interop", relative);

    /// <summary>Third-party scenarios that are used from beside the checkout and not copied into it; null where they are not there.</summary>
    public static string? ThirdPartyScenarios { get; } = FindThirdParty();

    private static string? FindThirdParty()
    {
        string? given = Environment.GetEnvironmentVariable("SHARED_FOLDER");
        string folder = Path.GetFullPath(Path.Combine(given ?? Path.Combine(Root, "../shared"), "interop"));
        return Directory.Exists(folder) ? folder : null;
    }

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Controller.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Controller.sln is in no folder above " + AppContext.BaseDirectory);
    }
}
