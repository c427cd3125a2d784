namespace Controller.Host.Configuration.Tables;

/// <summary>Which field of a row is what: read from the first line.</summary>
internal sealed class RateColumns
{
    private static readonly string[] Known = ["prefix", "trunk", "price", "priority", "weight", "valid-from", "valid-until"];

    public int Prefix { get; private init; }
    public int Trunk { get; private init; }
    public int Price { get; private init; }

    /// <summary>This one and those below: -1 if the file does not have it.</summary>
    public int Priority { get; private init; }
    public int Weight { get; private init; }
    public int ValidFrom { get; private init; }
    public int ValidUntil { get; private init; }
    public int Count { get; private init; }

    /// <returns>Null if the line cannot be used; <paramref name="wrong"/> says why.</returns>
    public static RateColumns? Read(string line, out string wrong)
    {
        string[] names = [.. line.Split(',').Select(name => name.Trim().Trim('"').ToLowerInvariant())];
        string? other = names.FirstOrDefault(name => !Known.Contains(name));
        string? twice = names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1)?.Key;
        string? missing = Known.Take(3).FirstOrDefault(name => !names.Contains(name));
        wrong = other is not null ? "a column is not known" : twice is not null ? $"column {twice} stands twice" : missing is not null ? $"column {missing} is missing" : "";
        return wrong.Length > 0 ? null : new RateColumns
        {
            Prefix = Array.IndexOf(names, "prefix"),
            Trunk = Array.IndexOf(names, "trunk"),
            Price = Array.IndexOf(names, "price"),
            Priority = Array.IndexOf(names, "priority"),
            Weight = Array.IndexOf(names, "weight"),
            ValidFrom = Array.IndexOf(names, "valid-from"),
            ValidUntil = Array.IndexOf(names, "valid-until"),
            Count = names.Length,
        };
    }
}
