namespace Controller.Host.Configuration.Binding;

/// <summary>A name that refers to an entry elsewhere.</summary>
internal static class RealmCheck
{
    public static void MustExist(KnownValues known, string path, IEnumerable<string> realms)
    {
        if (known.Find<string>(path) is { } name && !realms.Contains(name, StringComparer.Ordinal))
        {
            known.Report(path, $"realm {name} is not defined; expected {List("controller.realms", realms)}");
        }
    }

    /// <summary>The possible names, or where to define one.</summary>
    public static string List(string where, IEnumerable<string> names)
    {
        string[] sorted = [.. names.Order(StringComparer.Ordinal)];
        return sorted.Length == 0 ? $"it in {where}, which is empty" : $"one of {where}: {string.Join(", ", sorted)}";
    }
}
