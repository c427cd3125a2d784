namespace Controller.Host.Configuration.Hocon;

/// <param name="Source">File as the user named it, or <c>environment NAME</c>, or <c>--set KEY</c>.</param>
/// <param name="Line">From 1; 0 where lines mean nothing.</param>
public readonly record struct HoconOrigin(string Source, int Line)
{
    public override string ToString() => Line > 0 ? $"{Source}:{Line}" : Source;
}
