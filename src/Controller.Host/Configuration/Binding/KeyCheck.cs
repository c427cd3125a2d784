using System.Globalization;
using Controller.Host.Configuration.Hocon;
using Controller.Host.Configuration.Keys;

namespace Controller.Host.Configuration.Binding;

/// <summary>First pass: every value against the row of its key. Names nothing twice: what is reported here is silent in the second pass.</summary>
internal static class KeyCheck
{
    /// <param name="controller">The resolved object <c>controller</c>.</param>
    public static KnownValues Read(HoconObject controller)
    {
        var known = new KnownValues();
        known.AddNames("", controller.Origin, controller.Fields.Keys);
        Check(known, KeyCatalogue.Tree, controller, "");
        return known;
    }

    private static void Check(KnownValues known, KeyNode node, HoconValue value, string path)
    {
        switch (value)
        {
            case HoconObject map when node.Item is not null && AsList(map) is { } numbered:
                CheckList(known, node.Item, numbered, path);
                break;
            case HoconObject map when node.IsObject:
                CheckObject(known, node, map, path);
                break;
            case HoconArray array when node.Item is not null:
                CheckList(known, node.Item, array, path);
                break;
            default:
                CheckValue(known, node, value, path);
                break;
        }
    }

    private static void CheckValue(KnownValues known, KeyNode node, HoconValue value, string path)
    {
        if (node.Key is null)
        {
            string expected = node.IsObject ? "an object, { … }" : "a list, [ … ]";
            known.Report(value.Origin, path, $"{value.Describe()} cannot be used; expected {expected}");
            return;
        }

        KeyReading reading = node.Key.Kind.Read(value);
        if (reading.Value is null)
        {
            known.Report(value.Origin, path, reading.Wrong ?? $"expected {node.Key.Kind.Expected}");
        }
        else
        {
            known.Add(path, new KnownValue(node.Key, reading.Value, reading.Text, value.Origin));
        }
    }

    private static void CheckObject(KnownValues known, KeyNode node, HoconObject map, string path)
    {
        known.AddNames(path, map.Origin, map.Fields.Keys);
        foreach ((string name, HoconValue value) in map.Fields)
        {
            string inner = HoconPath.Append(path, name);
            KeyNode? child = node.Children.GetValueOrDefault(name) ?? node.AnyName;
            if (child is null)
            {
                string parent = path.Length == 0 ? KeyCatalogue.Root : $"{KeyCatalogue.Root}.{path}";
                known.Report(value.Origin, inner, $"unknown key; the nearest known key is {NearestKey.To(parent, name, node)}");
            }
            else if (!IsNull(value))
            {
                Check(known, child, value, inner);
            }
        }

        foreach ((string name, KeyNode child) in node.Children)
        {
            if (!map.TryGet(name, out HoconValue? value) || IsNull(value))
            {
                FillIn(known, child, map.Origin, HoconPath.Append(path, name));
            }
        }
    }

    private static void CheckList(KnownValues known, KeyNode item, HoconArray array, string path)
    {
        known.AddCount(path, array.Origin, array.Items.Count);
        for (int i = 0; i < array.Items.Count; i++)
        {
            string inner = $"{path}[{i.ToString(CultureInfo.InvariantCulture)}]";
            Check(known, item, array.Items[i], inner);
        }
    }

    /// <summary>What was not said: its default, or an error if it has to be said.</summary>
    private static void FillIn(KnownValues known, KeyNode node, HoconOrigin origin, string path)
    {
        if (node.Key is { Default: { } text } key)
        {
            KeyReading reading = key.Kind.Read(KeyDefaults.Parse(key.Path, text));
            known.Add(path, new KnownValue(key, reading.Value!, reading.Text, origin));
        }
        else if (node.Key is { IsRequired: true } required)
        {
            known.Report(origin, path, $"is missing; expected {required.Kind.Expected}");
        }

        foreach ((string name, KeyNode child) in node.Children)
        {
            if (child.Key is not { IsRequired: true })
            {
                FillIn(known, child, origin, HoconPath.Append(path, name));
            }
        }
    }

    // HOCON: a null given last takes back what was there before.
    private static bool IsNull(HoconValue value) => value is HoconScalar { Kind: HoconScalarKind.Null };

    // HOCON, "Conversion of numerically-indexed objects to arrays": in the order of the numbers, whatever is missing in between.
    private static HoconArray? AsList(HoconObject map)
    {
        var numbered = new SortedDictionary<int, HoconValue>();
        foreach ((string name, HoconValue value) in map.Fields)
        {
            if (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                return null;
            }

            numbered[number] = value;
        }

        return numbered.Count == 0 ? null : new HoconArray(map.Origin, [.. numbered.Values]);
    }
}
