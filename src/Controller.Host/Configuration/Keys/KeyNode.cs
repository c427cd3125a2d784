namespace Controller.Host.Configuration.Keys;

/// <summary>The keys as a tree. A node may be a value, a list and an object at once (<c>routes[].to</c>).</summary>
internal sealed class KeyNode(string path)
{
    /// <summary>In the spelling of <see cref="Keys.Key.Path"/>.</summary>
    public string Path { get; } = path;

    public Key? Key { get; set; }

    public SortedDictionary<string, KeyNode> Children { get; } = new(StringComparer.Ordinal);

    /// <summary>Any other name.</summary>
    public KeyNode? AnyName { get; set; }

    /// <summary>Elements of a list.</summary>
    public KeyNode? Item { get; set; }

    public bool IsObject => Children.Count > 0 || AnyName is not null;

    public void Add(Key key)
    {
        KeyNode at = this;
        foreach (string part in key.Path.Replace("[]", ".[]", StringComparison.Ordinal).Split('.'))
        {
            at = at.Step(part);
        }

        at.Key = key;
    }

    private KeyNode Step(string part)
    {
        string path = part == "[]" ? Path + part : Path.Length == 0 ? part : Path + "." + part;
        switch (part)
        {
            case "*":
                return AnyName ??= new KeyNode(path);
            case "[]":
                return Item ??= new KeyNode(path);
            default:
                if (!Children.TryGetValue(part, out KeyNode? child))
                {
                    Children.Add(part, child = new KeyNode(path));
                }

                return child;
        }
    }
}
