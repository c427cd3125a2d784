namespace Controller.Interop.Tests.Harness;

/// <summary>Measured figures and seeds, one line each, in artifacts/figures: the test command prints them whether or not the test passed.</summary>
internal static class Figures
{
    private static readonly Lock Gate = new();

    public static void Record(string line)
    {
        lock (Gate)
        {
            string folder = Path.Combine(Repository.Root, "artifacts/figures");
            Directory.CreateDirectory(folder);
            File.AppendAllText(Path.Combine(folder, "interop.txt"), line + "\n");
        }
    }
}
