namespace Controller.Host.Configuration.Hocon;

/// <summary>
/// A value resolved as far as its outermost layer: what is inside an object or list stays as written until it is asked for.
/// That is what lets an object refer into itself (<c>bar { foo = 42, baz = ${bar.foo} }</c>).
/// </summary>
internal abstract record HoconHead(HoconOrigin Origin)
{
    public sealed record Scalar(HoconScalar Value) : HoconHead(Value.Origin);

    public sealed record List(HoconOrigin Origin, IReadOnlyList<HoconNode> Items) : HoconHead(Origin);

    public sealed record Map(HoconOrigin Origin, OrderedDictionary<string, HoconField> Fields) : HoconHead(Origin)
    {
        /// <summary>HOCON, "Duplicate keys and object merging". The fields of the originals are left as they are.</summary>
        /// <param name="maps">First to last; later ones win.</param>
        public static Map Merge(IReadOnlyList<Map> maps)
        {
            if (maps.Count == 1)
            {
                return maps[0];
            }

            var merged = new Map(maps[^1].Origin, []);
            var copied = new HashSet<string>(StringComparer.Ordinal);
            foreach ((string name, HoconField field) in maps.SelectMany(map => map.Fields))
            {
                if (!merged.Fields.TryGetValue(name, out HoconField? present))
                {
                    merged.Fields.Add(name, field);
                    continue;
                }

                if (copied.Add(name))
                {
                    var copy = new HoconField(present.Path);
                    copy.Values.AddRange(present.Values);
                    merged.Fields[name] = present = copy;
                }

                present.Values.AddRange(field.Values);
            }

            return merged;
        }
    }
}
