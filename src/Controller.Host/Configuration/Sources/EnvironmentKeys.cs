using Controller.Host.Configuration.Hocon;
using Controller.Host.Configuration.Keys;

namespace Controller.Host.Configuration.Sources;

/// <summary><c>CONTROLLER__NODE__ID=2</c>: two underscores are a dot, one is a hyphen, case counts for nothing.</summary>
internal static class EnvironmentKeys
{
    private const string Prefix = "CONTROLLER__";

    /// <param name="environment">All variables.</param>
    /// <param name="below">The files, lower layers first: names that the user gave there are matched too.</param>
    /// <param name="problems">Variables that match no key.</param>
    public static IEnumerable<HoconDocument> Read(
        IReadOnlyDictionary<string, string> environment, IReadOnlyList<HoconNode.Map> below, ICollection<ConfigurationProblem> problems)
    {
        var documents = new List<HoconDocument>();
        foreach ((string name, string value) in environment.Where(v => v.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)).OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            try
            {
                documents.Add(OverrideValue.Parse("environment " + name, PathOf(name, below), value));
            }
            catch (HoconException e)
            {
                problems.Add(e.Problem);
            }
        }

        return documents;
    }

    private static List<string> PathOf(string variable, IReadOnlyList<HoconNode.Map> below)
    {
        var path = new List<string> { KeyCatalogue.Root };
        KeyNode node = KeyCatalogue.Tree;
        foreach (string part in variable[Prefix.Length..].Split("__"))
        {
            string wanted = Normal(part);
            string? known = node.Children.Keys.FirstOrDefault(name => Normal(name) == wanted);
            if (known is null && (node.AnyName is null || wanted.Length == 0))
            {
                string parent = HoconPath.Write(path);
                throw new HoconException(
                    new HoconOrigin("environment " + variable, 0), HoconPath.Append(parent, wanted), $"unknown key; the nearest known key is {Nearest(parent, wanted, node)}");
            }

            path.Add(known ?? Present(below, path).FirstOrDefault(name => Normal(name) == wanted) ?? wanted);
            node = known is not null ? node.Children[known] : node.AnyName!;
        }

        return path;
    }

    private static string Nearest(string parent, string wanted, KeyNode node)
        => !node.IsObject && node.Key is null ? $"{parent}, which is set as a whole list" : NearestKey.To(parent, wanted, node);

    private static IEnumerable<string> Present(IEnumerable<HoconNode.Map> maps, IEnumerable<string> path)
    {
        foreach (string name in path)
        {
            maps = [.. maps.SelectMany(map => map.Fields.TryGetValue(name, out HoconField? field) ? field.Values.OfType<HoconNode.Map>() : [])];
        }

        return maps.SelectMany(map => map.Fields.Keys);
    }

    private static string Normal(string name) => name.Replace('_', '-').ToLowerInvariant();
}
