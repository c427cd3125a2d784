using Controller.Host.Configuration.Hocon;
using Controller.Host.Configuration.Keys;

namespace Controller.Host.Configuration.Sources;

/// <summary>A value from the command line or the environment: HOCON, or what was meant by it where a shell has eaten the quotes.</summary>
internal static class OverrideValue
{
    /// <exception cref="HoconException">Neither.</exception>
    public static HoconDocument Parse(string source, IReadOnlyList<string> path, string text)
    {
        try
        {
            return HoconParser.ParseValue(source, path, text);
        }
        catch (HoconException) when (TakesText(path) && !text.Contains("${", StringComparison.Ordinal))
        {
            // 127.0.0.1:8080 has a colon, which HOCON wants in quotes. The key takes one simple value: there is nothing else it can mean.
            var scalar = new HoconScalar(new HoconOrigin(source, 0), HoconScalarKind.Text, text);
            var root = new HoconNode.Map(scalar.Origin, []);
            HoconParser.Assign(root, HoconScope.Root([]), path, new HoconNode.Literal(scalar));
            return new HoconDocument(root, new HashSet<string>());
        }
    }

    private static bool TakesText(IReadOnlyList<string> path)
    {
        KeyNode? node = path.Count > 0 && path[0] == KeyCatalogue.Root ? KeyCatalogue.Tree : null;
        foreach (string name in path.Skip(1))
        {
            node = node?.Children.GetValueOrDefault(name) ?? node?.AnyName;
        }

        return node is { Key: { Kind: not ListKind }, IsObject: false };
    }
}
