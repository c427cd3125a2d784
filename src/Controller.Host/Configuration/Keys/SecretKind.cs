using Controller.Host.Configuration.Hocon;

namespace Controller.Host.Configuration.Keys;

/// <summary>A text that no error shows; spaces are kept.</summary>
internal sealed class SecretKind : KeyKind
{
    public override string Expected => "a text that is not empty";

    public override KeyReading Read(HoconValue value)
        => value is HoconScalar { Kind: not HoconScalarKind.Null, Text.Length: > 0 } scalar
            ? ReadText(scalar.Text)
            : KeyReading.Refused($"{(value is HoconScalar ? "an empty text" : value.Describe())} cannot be used; expected {Expected}");

    protected override KeyReading ReadText(string text) => KeyReading.Ok(text, text);
}
