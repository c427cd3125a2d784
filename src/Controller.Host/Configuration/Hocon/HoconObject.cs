using System.Diagnostics.CodeAnalysis;

namespace Controller.Host.Configuration.Hocon;

/// <param name="Origin">Of the last place that said it is an object.</param>
/// <param name="Fields">In the order of their first appearance.</param>
public sealed record HoconObject(HoconOrigin Origin, OrderedDictionary<string, HoconValue> Fields) : HoconValue(Origin)
{
    public override string Describe() => "an object";

    public bool TryGet(string name, [NotNullWhen(true)] out HoconValue? value) => Fields.TryGetValue(name, out value);
}
