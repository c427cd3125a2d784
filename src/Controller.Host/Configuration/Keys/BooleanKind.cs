namespace Controller.Host.Configuration.Keys;

/// <summary>HOCON, "Automatic type conversions": yes, no, on and off are booleans to one who asks for a boolean.</summary>
internal sealed class BooleanKind : KeyKind
{
    public override string Expected => "true or false (yes, no, on, off)";

    protected override KeyReading ReadText(string text) => text switch
    {
        "true" or "yes" or "on" => KeyReading.Ok(true, "true"),
        "false" or "no" or "off" => KeyReading.Ok(false, "false"),
        _ => Refuse(text),
    };
}
