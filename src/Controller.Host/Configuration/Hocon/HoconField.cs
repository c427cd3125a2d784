namespace Controller.Host.Configuration.Hocon;

/// <summary>
/// All values that one key was given, first to last. The last wins; objects on top of it merge. Nothing is dropped while
/// parsing: what an earlier value is worth shows only when later ones are resolved (<c>a = ${b}, a = { c : 1 }</c>).
/// </summary>
internal sealed class HoconField(string path)
{
    /// <summary>For errors.</summary>
    public string Path { get; } = path;

    public List<HoconNode> Values { get; } = [];
}
