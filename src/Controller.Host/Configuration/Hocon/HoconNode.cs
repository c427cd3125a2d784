namespace Controller.Host.Configuration.Hocon;

/// <summary>A value as written, before substitution.</summary>
internal abstract record HoconNode(HoconOrigin Origin)
{
    public sealed record Literal(HoconScalar Value) : HoconNode(Value.Origin);

    /// <summary>Spaces between two pieces of a concatenation: part of a text, nothing between objects or arrays.</summary>
    public sealed record Space(HoconOrigin Origin, string Text) : HoconNode(Origin);

    public sealed record List(HoconOrigin Origin, IReadOnlyList<HoconNode> Items) : HoconNode(Origin);

    public sealed record Map(HoconOrigin Origin, OrderedDictionary<string, HoconField> Fields) : HoconNode(Origin);

    /// <param name="Origin">Where it was written.</param>
    /// <param name="Path">As written.</param>
    /// <param name="Prefix">Where its file was included: HOCON, "Include semantics: substitution": looked up below it first, then from the root.</param>
    /// <param name="IsOptional">Undefined is no error.</param>
    public sealed record Substitution(HoconOrigin Origin, IReadOnlyList<string> Path, IReadOnlyList<string> Prefix, bool IsOptional) : HoconNode(Origin)
    {
        public override string ToString() => $"${{{(IsOptional ? "?" : "")}{HoconPath.Write(Path)}}}";
    }

    public sealed record Concatenation(HoconOrigin Origin, IReadOnlyList<HoconNode> Pieces) : HoconNode(Origin);

    /// <summary>What <c>+=</c> adds to: the values that the same field was given before, or nothing.</summary>
    public sealed record Earlier(HoconOrigin Origin) : HoconNode(Origin);
}
