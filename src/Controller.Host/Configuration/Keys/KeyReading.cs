namespace Controller.Host.Configuration.Keys;

/// <summary>What a key kind made of a value.</summary>
/// <param name="Value">Null if and only if it is wrong.</param>
/// <param name="Text">One spelling for equal values, for comparing configurations.</param>
/// <param name="Wrong">What is wrong and what was expected.</param>
internal readonly record struct KeyReading(object? Value, string Text, string? Wrong)
{
    public static KeyReading Ok(object value, string text) => new(value, text, null);

    public static KeyReading Refused(string wrong) => new(null, "", wrong);
}
