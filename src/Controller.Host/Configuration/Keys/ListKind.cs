using Controller.Host.Configuration.Hocon;

namespace Controller.Host.Configuration.Keys;

/// <summary>A list of simple values; read as <c>object[]</c>.</summary>
/// <param name="orOne">A simple value is a list of one.</param>
internal sealed class ListKind(KeyKind item, bool orOne = false) : KeyKind
{
    public override string Expected => orOne ? $"{item.Expected}, or a list of them" : $"a list of which each is {item.Expected}";

    public override KeyReading Read(HoconValue value)
    {
        if (value is not HoconArray array)
        {
            KeyReading one = orOne ? item.Read(value) : Refuse(value);
            return one.Value is null ? one : KeyReading.Ok(new[] { one.Value }, $"[{one.Text}]");
        }

        var items = new List<object>();
        var texts = new List<string>();
        foreach (HoconValue element in array.Items)
        {
            KeyReading reading = item.Read(element);
            if (reading.Value is null)
            {
                return reading;
            }

            items.Add(reading.Value);
            texts.Add(reading.Text);
        }

        return KeyReading.Ok(items.ToArray(), $"[{string.Join(", ", texts)}]");
    }

    protected override KeyReading ReadText(string text) => Refuse(text);
}
