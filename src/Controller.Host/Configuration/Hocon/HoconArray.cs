namespace Controller.Host.Configuration.Hocon;

public sealed record HoconArray(HoconOrigin Origin, IReadOnlyList<HoconValue> Items) : HoconValue(Origin)
{
    public override string Describe() => "a list";
}
