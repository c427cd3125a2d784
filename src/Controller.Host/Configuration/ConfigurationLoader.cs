using System.Collections.Immutable;
using System.Globalization;
using Controller.Actors.Policies;
using Controller.Actors.Routing.Numbers;
using Controller.Host.Configuration.Binding;
using Controller.Host.Configuration.Hocon;
using Controller.Host.Configuration.Keys;
using Controller.Host.Configuration.Sources;
using Controller.Host.Configuration.Tables;

namespace Controller.Host.Configuration;

/// <summary>
/// 1. reference defaults, the file, the environment and <c>--set</c> are parsed: each wins over those before;
/// 2. they are resolved together, so that a default may refer to what the file says;
/// 3. every key is checked by itself against the catalogue;
/// 4. options and settings are bound, and what has to fit together is checked; if it does, the fixtures of the routes are run.
/// Whatever goes wrong in 1 ends there with all problems of 1, and 2 likewise; 3 and 4 report together.
/// </summary>
public static class ConfigurationLoader
{
    private static readonly Lazy<HoconObject> ReferenceTree = new(Defaults);

    /// <param name="file">Null: the default configuration, <c>hocon/single-node.conf</c>.</param>
    /// <param name="sets">KEY=VALUE each.</param>
    /// <param name="environment">All variables: <c>CONTROLLER__…</c> override keys, any of them can be substituted.</param>
    /// <param name="tables">Keeps what it has read of files that have not changed since; null: every file is read.</param>
    public static ConfigurationResult Load(string? file, IReadOnlyList<string> sets, IReadOnlyDictionary<string, string> environment, RateFiles? tables = null)
    {
        (string source, string? text) = file is null ? ConfigurationFiles.Default() : (file, null);
        if (text is null)
        {
            try
            {
                text = ConfigurationFiles.Read(source);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return Refused([new ConfigurationProblem(new HoconOrigin(source, 0), "file", $"cannot be read: {e.Message}")]);
            }
        }

        return text is null
            ? Refused([new ConfigurationProblem(new HoconOrigin(source, 0), "file", "no such file; expected a configuration in HOCON")])
            : Load(source, text, sets, environment, ConfigurationFiles.Read, tables);
    }

    /// <summary>The same for a text that came by itself: it includes nothing.</summary>
    /// <param name="own">Has the sections that only a node can say and the text does not; null: those are the defaults.</param>
    public static ConfigurationResult LoadCandidate(
        string text, LoadedConfiguration? own, IReadOnlyList<string> sets, IReadOnlyDictionary<string, string> environment, RateFiles? tables = null) =>
        Load("candidate", text, sets, environment, name => throw new IOException($"{Path.GetFileName(name)} is not followed: a candidate stands in one text"), tables, own);

    /// <summary>A version as <see cref="LiveText"/> wrote it, with everything else of this node: no environment, no <c>--set</c>.</summary>
    internal static ConfigurationResult LoadVersion(long number, string text, LoadedConfiguration own, RateFiles? tables = null) =>
        Load($"version {number.ToString(CultureInfo.InvariantCulture)}", text, [], new Dictionary<string, string>(), _ => null, tables, own);

    /// <summary>The same for a text at hand.</summary>
    internal static ConfigurationResult Load(
        string source, string text, IReadOnlyList<string> sets, IReadOnlyDictionary<string, string> environment, HoconText files, RateFiles? tables = null, LoadedConfiguration? own = null)
    {
        var problems = new List<ConfigurationProblem>();
        var documents = new List<HoconDocument> { Reference() };
        HashSet<string> said = [];
        try
        {
            HoconDocument document = HoconParser.Parse(source, text, files);
            said = own is null ? [] : Sections(document);
            documents.Add(document);
        }
        catch (HoconException e)
        {
            problems.Add(e.Problem);
        }

        documents.AddRange(EnvironmentKeys.Read(environment, [.. documents.Select(d => d.Root)], problems));
        documents.AddRange(SetOptions.Read(sets, problems));
        if (problems.Count > 0)
        {
            return Refused(problems);
        }

        HoconObject root = HoconResolver.Resolve(documents.Select(d => d.Root), environment, out IReadOnlyList<ConfigurationProblem> unresolved);

        root = own is null ? root : Over(own.Tree, root, said);

        // A default that refers to a key which the file has broken: the third step names the key itself.
        unresolved = [.. unresolved.Where(p => p.Origin.Source != ConfigurationFiles.ReferenceSource)];
        return unresolved.Count > 0 ? Refused(unresolved) : Bind(source, root, documents.SelectMany(d => d.ReferencedRoots).ToHashSet(), tables ?? new RateFiles());
    }

    /// <summary>Its second root, which explains the entries of maps and lists, is no part of any configuration.</summary>
    private static HoconDocument Reference()
    {
        HoconDocument reference = HoconParser.Parse(ConfigurationFiles.ReferenceSource, ConfigurationFiles.Embedded(ConfigurationFiles.Reference), _ => null);
        var root = new HoconNode.Map(reference.Root.Origin, []);
        root.Fields.Add(KeyCatalogue.Root, reference.Root.Fields[KeyCatalogue.Root]);
        return reference with { Root = root };
    }

    /// <summary>The names right below <c>controller</c> that the text itself says something of.</summary>
    private static HashSet<string> Sections(HoconDocument document) => document.Root.Fields.TryGetValue(KeyCatalogue.Root, out HoconField? controller)
        ? [.. controller.Values.OfType<HoconNode.Map>().SelectMany(map => map.Fields.Keys)]
        : [];

    /// <summary>Of the other, what may change live and what it says itself; the rest is the node's own.</summary>
    private static HoconObject Over(HoconObject own, HoconObject other, HashSet<string> said)
    {
        if (other.Fields.GetValueOrDefault(KeyCatalogue.Root) is not HoconObject controller)
        {
            return other;
        }

        var merged = new HoconObject(controller.Origin, []);
        foreach ((string name, HoconValue value) in controller.Fields)
        {
            bool isOther = KeyCatalogue.IsLive(name) || said.Contains(name) || !own.Fields.ContainsKey(name);
            merged.Fields[name] = isOther ? value : own.Fields[name];
        }

        foreach ((string name, HoconValue value) in own.Fields.Where(field => !KeyCatalogue.IsLive(field.Key)))
        {
            merged.Fields.TryAdd(name, value);
        }

        var root = new HoconObject(other.Origin, []);
        foreach ((string name, HoconValue value) in other.Fields)
        {
            root.Fields[name] = name == KeyCatalogue.Root ? merged : value;
        }

        return root;
    }

    private static HoconObject Defaults() => (HoconObject)HoconResolver.Resolve([Reference().Root], new Dictionary<string, string>(), out _).Fields[KeyCatalogue.Root];

    private static ConfigurationResult Bind(string source, HoconObject root, HashSet<string> referencedRoots, RateFiles tables)
    {
        var notes = new List<string>();
        HoconValue? value = root.Fields.GetValueOrDefault(KeyCatalogue.Root);
        if (value is not HoconObject controller)
        {
            return Refused([new ConfigurationProblem(value?.Origin ?? new HoconOrigin(source, 1), KeyCatalogue.Root, $"{value?.Describe() ?? "nothing"} cannot be used; expected an object, {{ … }}")]);
        }

        KnownValues known = KeyCheck.Read(controller);
        foreach ((string name, HoconValue other) in root.Fields)
        {
            // Another root is a place for values that substitutions use; one that nothing uses is a key put outside the braces, or misspelt.
            if (name != KeyCatalogue.Root && !referencedRoots.Contains(name))
            {
                string nearest = NearestKey.Distance(name, KeyCatalogue.Root) <= 3 ? KeyCatalogue.Root : NearestKey.To(KeyCatalogue.Root, name, KeyCatalogue.Tree);
                known.Problems.Add(new ConfigurationProblem(other.Origin, HoconPath.WriteElement(name), $"unknown key; the nearest known key is {nearest}"));
            }
        }

        HostOptions host = HostBinding.Bind(known);
        ImmutableDictionary<string, NumberPlan> plans = NumberPlanBinding.Bind(known);
        ImmutableDictionary<string, RealmSettings> realms = ListenerBinding.Realms(known, plans);
        ImmutableArray<ListenerSettings> listeners = ListenerBinding.Listeners(known, realms, host.Admin.Listen);
        ImmutableDictionary<string, TrunkSettings> trunks = TrunkBinding.Bind(known, realms, listeners, plans);
        notes.AddRange(IdentificationBinding.Shared(trunks));
        var draft = new ControllerSettings
        {
            Version = 0,
            Secret = default,
            Shards = host.Cluster.Shards,
            Listeners = listeners,
            Realms = realms,
            Registrar = RegistrarBinding.Bind(known),
            Trunks = trunks,
            TimeZone = known.Get("routing.time-zone", TimeZoneInfo.Utc),
            Measuring = new QualitySettings(
                known.Get("routing.quality.window", QualitySettings.Default.Window), known.Get("routing.quality.min-samples", QualitySettings.Default.MinSamples)),
            Tables = TableBinding.Bind(known, tables, trunks.Keys, notes),
            Emergency = EmergencyBinding.Bind(known, trunks.Keys),
            Routes = RouteBinding.Bind(known, realms.Keys, trunks.Keys),
            Calls = CallBinding.Bind(known),
        };
        if (known.Problems.Count == 0)
        {
            RouteFixtures.Run(known, draft);
        }

        return known.Problems.Count > 0
            ? Refused(known.Problems)
            : new ConfigurationResult(
                new LoadedConfiguration
                {
                    Host = host,
                    Listeners = listeners,
                    Draft = draft,
                    Notes = [.. notes],
                    Values = known.All.ToImmutableSortedDictionary(StringComparer.Ordinal),
                    Tree = controller,
                    LiveText = LiveText.Write(controller, ReferenceTree.Value),
                }, []);
    }

    private static ConfigurationResult Refused(IReadOnlyList<ConfigurationProblem> problems)
        => new(null, [.. problems.Distinct().OrderBy(p => p.Origin.Source, StringComparer.Ordinal).ThenBy(p => p.Origin.Line)]);
}
