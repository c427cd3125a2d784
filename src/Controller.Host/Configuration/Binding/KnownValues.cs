using Controller.Host.Configuration.Hocon;
using Controller.Host.Configuration.Keys;
using Controller.Host.Configuration.Sources;

namespace Controller.Host.Configuration.Binding;

/// <summary>
/// The configuration as far as each key is right by itself: read by kind, defaults filled in, names and list lengths known.
/// Paths are below <c>controller</c>. What was wrong is in <see cref="Problems"/> and reads as its default from then on.
/// </summary>
internal sealed class KnownValues
{
    private readonly Dictionary<string, KnownValue> _values = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, HoconOrigin> _origins = new(StringComparer.Ordinal);

    public List<ConfigurationProblem> Problems { get; } = [];

    public IReadOnlyDictionary<string, KnownValue> All => _values;

    public void Add(string path, KnownValue value)
    {
        _values[path] = value;
        _origins[path] = value.Origin;
    }

    public void AddNames(string path, HoconOrigin origin, IEnumerable<string> names)
    {
        _names[path] = [.. names];
        _origins[path] = origin;
    }

    public void AddCount(string path, HoconOrigin origin, int count)
    {
        _counts[path] = count;
        _origins[path] = origin;
    }

    public void Report(HoconOrigin origin, string path, string text) => Problems.Add(new ConfigurationProblem(origin, Full(path), text));

    /// <summary>At the key, or at the nearest object or list around it that was said somewhere.</summary>
    public void Report(string path, string text) => Report(OriginOf(path), path, text);

    public T Get<T>(string path, T fallback) => _values.TryGetValue(path, out KnownValue? value) && value.Value is T typed ? typed : fallback;

    public T? Find<T>(string path)
        where T : class
        => _values.TryGetValue(path, out KnownValue? value) ? value.Value as T : null;

    public T? FindValue<T>(string path)
        where T : struct
        => _values.TryGetValue(path, out KnownValue? value) && value.Value is T typed ? typed : null;

    public bool Has(string path) => _values.ContainsKey(path);

    /// <summary>Names the user gave in an object such as <c>trunks</c>.</summary>
    public IReadOnlyList<string> Names(string path) => _names.TryGetValue(path, out List<string>? names) ? names : [];

    /// <summary>Elements of a list.</summary>
    public int Count(string path) => _counts.GetValueOrDefault(path);

    public bool IsList(string path) => _counts.ContainsKey(path);

    private static string Full(string path) => path.Length == 0 ? KeyCatalogue.Root : $"{KeyCatalogue.Root}.{path}";

    private HoconOrigin OriginOf(string path)
    {
        for (string at = path; ; at = at[..Math.Max(0, at.LastIndexOfAny(['.', '[']))])
        {
            // A default that does not fit what the user said is reported where the user said it.
            if ((_origins.TryGetValue(at, out HoconOrigin origin) && origin.Source != ConfigurationFiles.ReferenceSource) || at.Length == 0)
            {
                return origin;
            }
        }
    }
}
