using System.Text;

namespace Controller.Host.Configuration.Hocon;

/// <summary>
/// Fields as written into values. Evaluation is lazy and by field:
/// 1. the last value of a field is evaluated to its head; objects merge with what the field was given before, the rest hides it;
/// 2. while value n of a field is evaluated, a substitution that leads back to the field sees only values before n
///    (HOCON, "Self-referential substitutions"); if there are none it is undefined, which is an error unless it is optional;
/// 3. a head found without such a cut by an outer field is remembered.
/// </summary>
internal sealed class HoconResolver
{
    private const int NoCut = int.MaxValue;

    private readonly HoconNode.Map _root;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly Dictionary<HoconField, HoconHead?> _heads = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<HoconField, (int Value, int Depth)> _evaluating = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<HoconHead> _inside = new(ReferenceEqualityComparer.Instance);
    private readonly List<ConfigurationProblem> _problems = [];
    private int _depth;
    private int _cut = NoCut;
    private int _steps;

    private HoconResolver(HoconNode.Map root, IReadOnlyDictionary<string, string> environment)
    {
        _root = root;
        _environment = environment;
    }

    /// <param name="layers">Lowest first; later ones win. They are resolved together: a default may refer to what a file says.</param>
    /// <param name="environment">HOCON, "Substitution fall-back to environment variables".</param>
    /// <param name="problems">Every substitution that cannot be resolved; its key is left out of the result.</param>
    public static HoconObject Resolve(
        IEnumerable<HoconNode.Map> layers, IReadOnlyDictionary<string, string> environment, out IReadOnlyList<ConfigurationProblem> problems)
    {
        var maps = layers.Select(layer => new HoconHead.Map(layer.Origin, layer.Fields)).ToList();
        HoconHead.Map merged = HoconHead.Map.Merge(maps);
        var resolver = new HoconResolver(new HoconNode.Map(merged.Origin, merged.Fields), environment);
        var root = new HoconObject(merged.Origin, []);
        try
        {
            root = (HoconObject)resolver.Whole(merged, "", 0);
        }
        catch (HoconException e)
        {
            resolver._problems.Add(e.Problem);
        }

        problems = [.. resolver._problems.Distinct()];
        return root;
    }

    private HoconValue Whole(HoconHead head, string path, int depth)
    {
        if (head is HoconHead.Scalar scalar)
        {
            return scalar.Value;
        }

        // HOCON: "a : { b : ${a} }" and "a : [ ${a} ]" are not self-referential fields but cycles without an end.
        if (depth > 2 * HoconLimits.Nesting || !_inside.Add(head))
        {
            throw new HoconException(head.Origin, path, "contains itself through a substitution");
        }

        try
        {
            return head is HoconHead.List list ? WholeList(list, path, depth) : WholeMap((HoconHead.Map)head, path, depth);
        }
        finally
        {
            _inside.Remove(head);
        }
    }

    private HoconArray WholeList(HoconHead.List list, string path, int depth)
    {
        var items = new List<HoconValue>(list.Items.Count);
        foreach (HoconNode node in list.Items)
        {
            string itemPath = $"{path}[{items.Count}]";
            if (HeadOf(node, null, itemPath) is { } head)
            {
                items.Add(Whole(head, itemPath, depth + 1));
            }
        }

        return new HoconArray(list.Origin, items);
    }

    private HoconObject WholeMap(HoconHead.Map map, string path, int depth)
    {
        var fields = new OrderedDictionary<string, HoconValue>(StringComparer.Ordinal);
        foreach ((string name, HoconField field) in map.Fields)
        {
            string fieldPath = HoconPath.Append(path, name);
            _steps++;
            try
            {
                if (HeadOf(field) is { } head)
                {
                    fields.Add(name, Whole(head, fieldPath, depth + 1));
                }
            }
            catch (HoconException e) when (_steps <= HoconLimits.Steps && _problems.Count < HoconLimits.Problems)
            {
                _problems.Add(e.Problem);
            }
        }

        return new HoconObject(map.Origin, fields);
    }

    /// <returns>Null if it is undefined.</returns>
    private HoconHead? HeadOf(HoconField field)
    {
        if (_heads.TryGetValue(field, out HoconHead? known))
        {
            return known;
        }

        int last = field.Values.Count - 1;
        bool again = _evaluating.TryGetValue(field, out (int Value, int Depth) outer);
        if (again)
        {
            _cut = Math.Min(_cut, outer.Depth);
            last = outer.Value - 1;
        }

        if (++_depth > HoconLimits.SubstitutionDepth)
        {
            _depth--;
            throw new HoconException(field.Values[^1].Origin, field.Path, $"substitutions refer to each other more than {HoconLimits.SubstitutionDepth} times in a row, or in a cycle");
        }

        int outerCut = _cut;
        _cut = NoCut;
        try
        {
            HoconHead? head = HeadOfValues(field, last);
            if (!again && _cut >= _depth)
            {
                _heads[field] = head;
            }

            return head;
        }
        finally
        {
            _cut = Math.Min(outerCut, _cut >= _depth ? NoCut : _cut);
            _depth--;
            if (again)
            {
                _evaluating[field] = outer;
            }
            else
            {
                _evaluating.Remove(field);
            }
        }
    }

    private HoconHead? HeadOfValues(HoconField field, int last)
    {
        var maps = new List<HoconHead.Map>();
        for (int i = last; i >= 0; i--)
        {
            _evaluating[field] = (i, _depth);
            switch (HeadOf(field.Values[i], field, field.Path))
            {
                case null:
                    continue;
                case HoconHead.Map map:
                    maps.Insert(0, map);
                    continue;
                case var hiding:
                    return maps.Count == 0 ? hiding : HoconHead.Map.Merge(maps);
            }
        }

        return maps.Count == 0 ? null : HoconHead.Map.Merge(maps);
    }

    private HoconHead? HeadOf(HoconNode node, HoconField? field, string path)
    {
        if (++_steps > HoconLimits.Steps)
        {
            throw new HoconException(node.Origin, path, $"substitutions multiply: more than {HoconLimits.Steps} values");
        }

        return node switch
        {
            HoconNode.Literal literal => new HoconHead.Scalar(literal.Value),
            HoconNode.List list => new HoconHead.List(list.Origin, list.Items),
            HoconNode.Map map => new HoconHead.Map(map.Origin, map.Fields),
            HoconNode.Substitution substitution => Substitute(substitution, path),
            HoconNode.Concatenation concatenation => Concatenate(concatenation, field, path),
            HoconNode.Earlier => field is null ? null : HeadOf(field),
            _ => null,
        };
    }

    private HoconHead? Substitute(HoconNode.Substitution substitution, string path)
    {
        bool cut = false;
        HoconHead? head = substitution.Prefix.Count == 0 ? null : LookUp([.. substitution.Prefix, .. substitution.Path], ref cut);
        head ??= LookUp(substitution.Path, ref cut);
        if (head is not null)
        {
            return head;
        }

        // HOCON, "Substitution fall-back to environment variables": the path as one name; always a text.
        string name = string.Join('.', substitution.Path);
        if (!cut && _environment.TryGetValue(name, out string? variable))
        {
            return new HoconHead.Scalar(new HoconScalar(new HoconOrigin("environment " + name, 0), HoconScalarKind.Text, variable));
        }

        return (substitution.IsOptional, cut) switch
        {
            (true, _) => null,
            (_, true) => throw new HoconException(substitution.Origin, path, $"{substitution} comes back to itself; expected an earlier value to start from"),
            _ => throw new HoconException(
                substitution.Origin, path, $"{substitution} is neither a key nor an environment variable; expected one, or ${{?{HoconPath.Write(substitution.Path)}}} if it may be missing"),
        };
    }

    /// <param name="path">From the root.</param>
    /// <param name="cut">Set if the way led to a field that is being evaluated and was given nothing before.</param>
    private HoconHead? LookUp(IReadOnlyList<string> path, ref bool cut)
    {
        OrderedDictionary<string, HoconField> fields = _root.Fields;
        for (int i = 0; ; i++)
        {
            if (!fields.TryGetValue(path[i], out HoconField? field))
            {
                return null;
            }

            cut |= _evaluating.TryGetValue(field, out (int Value, int Depth) at) && at.Value == 0;
            HoconHead? head = HeadOf(field);
            if (i == path.Count - 1)
            {
                return head;
            }

            if (head is not HoconHead.Map map)
            {
                return null;
            }

            fields = map.Fields;
        }
    }

    // HOCON, "Value concatenation": all pieces objects, or all lists, or all simple values; an undefined optional piece is nothing.
    private HoconHead? Concatenate(HoconNode.Concatenation concatenation, HoconField? field, string path)
    {
        var maps = new List<HoconHead.Map>();
        List<HoconNode>? items = null;
        var text = new StringBuilder();
        int simple = 0;
        foreach (HoconNode piece in concatenation.Pieces)
        {
            if (piece is HoconNode.Space space)
            {
                text.Append(space.Text);
                continue;
            }

            switch (HeadOf(piece, field, path))
            {
                case HoconHead.Map map:
                    maps.Add(map);
                    break;
                case HoconHead.List list:
                    (items ??= []).AddRange(list.Items);
                    _steps += list.Items.Count;
                    break;
                case HoconHead.Scalar scalar:
                    simple++;
                    text.Append(scalar.Value.Text);
                    break;
            }

            if (text.Length > HoconLimits.Text || _steps > HoconLimits.Steps)
            {
                throw new HoconException(concatenation.Origin, path, "substitutions multiply: the value grows too long");
            }
        }

        return (maps.Count > 0, items is not null, simple > 0) switch
        {
            (false, false, false) => null,
            (true, false, false) => HoconHead.Map.Merge(maps),
            (false, true, false) => new HoconHead.List(concatenation.Origin, items!),
            (false, false, true) => new HoconHead.Scalar(new HoconScalar(concatenation.Origin, HoconScalarKind.Text, text.ToString())),
            _ => throw new HoconException(concatenation.Origin, path, "puts together values that do not fit; expected only objects, only lists or only simple values"),
        };
    }
}
