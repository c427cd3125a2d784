namespace Controller.Benchmarks.Journals;

/// <summary>A folder that is gone with everything in it when it is not needed any more.</summary>
internal sealed class TemporaryFolder(string path) : IDisposable
{
    public void Dispose() => Directory.Delete(path, recursive: true);
}
