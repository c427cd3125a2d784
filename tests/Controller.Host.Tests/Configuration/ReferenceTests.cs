using Controller.Host.Configuration.Hocon;
using Controller.Host.Configuration.Keys;
using Controller.Host.Configuration.Sources;

namespace Controller.Host.Tests.Configuration;

/// <summary>hocon/reference.conf holds every key with its default and a comment, and nothing else.</summary>
public sealed class ReferenceTests
{
    private static readonly string Text = ConfigurationFiles.Embedded(ConfigurationFiles.Reference);
    private static readonly string[] Lines = Text.Split('\n');
    private static readonly Dictionary<string, HoconValue> Values = Read();

    public static TheoryData<string> Keys => [.. KeyCatalogue.Rows.Select(key => key.Path)];

    [Theory]
    [MemberData(nameof(Keys))]
    public void HasEachKeyWithItsDefaultAndAComment(string path)
    {
        Key key = KeyCatalogue.Rows.Single(row => row.Path == path);
        Assert.True(Values.TryGetValue(path, out HoconValue? value), $"{path} is not in reference.conf");
        string before = Lines[value.Origin.Line - 2].Trim();
        Assert.True(before.StartsWith("# ", StringComparison.Ordinal), $"{path}: no comment on the line above line {value.Origin.Line}: {before}");

        if (key.Default is { } text)
        {
            Assert.Equal(key.Kind.Read(KeyDefaults.Parse(path, text)).Text, key.Kind.Read(value).Text);
        }
        else if (path is "journal.sqlite.file" or "cdr.file")
        {
            Assert.StartsWith("data/", ((HoconScalar)value).Text, StringComparison.Ordinal);
        }
        else if (path == "routes[].to")
        {
            Assert.IsType<HoconArray>(value);
        }
        else
        {
            Assert.Equal(key.IsRequired ? "required" : "null", ((HoconScalar)value).Text);
        }
    }

    [Fact]
    public void HasNoOtherKey() => Assert.Empty(Values.Keys.Except(KeyCatalogue.Rows.Select(key => key.Path)));

    [Fact]
    public void EveryDefaultIsOneItsKindTakes()
        => Assert.All(KeyCatalogue.Rows.Where(key => key.Default is not null), key => Assert.Null(key.Kind.Read(KeyDefaults.Parse(key.Path, key.Default!)).Wrong));

    /// <summary>Leaf values by catalogue path: the entries are put where the maps and lists they explain stand.</summary>
    private static Dictionary<string, HoconValue> Read()
    {
        HoconDocument document = HoconParser.Parse("reference.conf", Text, _ => null);
        HoconObject root = HoconResolver.Resolve([document.Root], Loads.NoEnvironment, out var problems);
        Assert.Empty(problems);
        var values = new Dictionary<string, HoconValue>();
        Walk(values, (HoconObject)root.Fields[KeyCatalogue.Root], "");
        var places = new Dictionary<string, string>
        {
            ["address"] = "cluster.addresses[]",
            ["realm"] = "realms.*",
            ["listener"] = "listeners[]",
            ["user"] = "registrar.users.*",
            ["trunk"] = "trunks.*",
            ["number-plan"] = "number-plans.*",
            ["route"] = "routes[]",
            ["table-target"] = "routes[].to",
            ["table"] = "tables.*",
        };
        var entries = (HoconObject)root.Fields["entries"];
        Assert.Equal(places.Keys.Order(), entries.Fields.Keys.Order());
        foreach ((string name, HoconValue entry) in entries.Fields)
        {
            Walk(values, (HoconObject)entry, places[name]);
        }

        return values;
    }

    private static void Walk(Dictionary<string, HoconValue> values, HoconObject map, string path)
    {
        foreach ((string name, HoconValue value) in map.Fields)
        {
            string inner = path.Length == 0 ? name : $"{path}.{name}";
            switch (value)
            {
                case HoconObject child:
                    Walk(values, child, inner);
                    break;
                case HoconArray { Items: [HoconObject item] }:
                    Walk(values, item, inner + "[]");
                    if (KeyCatalogue.Rows.Any(key => key.Path == inner))
                    {
                        values.Add(inner, value);
                    }

                    break;
                case HoconArray { Items: [] } when KeyCatalogue.Rows.All(key => key.Path != inner):
                    break;
                default:
                    values.Add(inner, value);
                    break;
            }
        }
    }
}
