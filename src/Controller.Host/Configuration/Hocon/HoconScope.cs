using System.Collections.Immutable;

namespace Controller.Host.Configuration.Hocon;

/// <summary>Where in the document the parser stands.</summary>
/// <param name="Display">The path for errors, list positions included.</param>
/// <param name="Path">The same for substitutions; null inside a list, which no substitution can reach into.</param>
/// <param name="Depth">Objects and lists around.</param>
internal sealed record HoconScope(string Display, ImmutableArray<string>? Path, int Depth)
{
    public static HoconScope Root(ImmutableArray<string> prefix) => new(HoconPath.Write(prefix), prefix, 0);

    public HoconScope Field(string name)
        => new(HoconPath.Append(Display, name), Path?.Add(name), Depth + 1);

    public HoconScope Item(int index) => new($"{Display}[{index}]", null, Depth + 1);
}
