using Controller.Host.Configuration.Hocon;

namespace Controller.Host.Configuration.Keys;

/// <summary>What values a key takes.</summary>
internal abstract class KeyKind
{
    /// <summary>Completes "expected …".</summary>
    public abstract string Expected { get; }

    public virtual KeyReading Read(HoconValue value)
        => value is HoconScalar { Kind: not HoconScalarKind.Null } scalar ? ReadText(scalar.Text.Trim()) : Refuse(value);

    /// <param name="text">Of a simple value, without spaces around it.</param>
    protected abstract KeyReading ReadText(string text);

    protected KeyReading Refuse(HoconValue value) => KeyReading.Refused($"{value.Describe()} cannot be used; expected {Expected}");

    protected KeyReading Refuse(string text) => KeyReading.Refused($"\"{(text.Length > 60 ? text[..60] + "…" : text)}\" cannot be used; expected {Expected}");
}
