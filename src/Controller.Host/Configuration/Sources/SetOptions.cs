using Controller.Host.Configuration.Hocon;
using Controller.Host.Configuration.Keys;

namespace Controller.Host.Configuration.Sources;

/// <summary><c>--set KEY=VALUE</c>, as HOCON writes both.</summary>
internal static class SetOptions
{
    public static IEnumerable<HoconDocument> Read(IReadOnlyList<string> sets, ICollection<ConfigurationProblem> problems)
    {
        var documents = new List<HoconDocument>();
        foreach (string set in sets)
        {
            try
            {
                documents.Add(Read(set));
            }
            catch (HoconException e)
            {
                problems.Add(e.Problem);
            }
        }

        return documents;
    }

    private static HoconDocument Read(string set)
    {
        int equals = set.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new HoconException(new HoconOrigin("--set", 0), set.Trim(), "no value; expected KEY=VALUE, such as controller.node.id=2");
        }

        string key = set[..equals].Trim();
        string source = "--set " + key;
        IReadOnlyList<string> path = HoconParser.ParsePath(source, key);
        if (path[0] != KeyCatalogue.Root || path.Count < 2)
        {
            string name = path[0] == KeyCatalogue.Root ? "" : path[^1];
            throw new HoconException(
                new HoconOrigin(source, 0), key, $"unknown key; the nearest known key is {NearestKey.To(KeyCatalogue.Root, name, KeyCatalogue.Tree)}");
        }

        return OverrideValue.Parse(source, path, set[(equals + 1)..].Trim());
    }
}
