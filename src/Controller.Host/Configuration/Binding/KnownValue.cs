using Controller.Host.Configuration.Hocon;
using Controller.Host.Configuration.Keys;

namespace Controller.Host.Configuration.Binding;

/// <param name="Key">Its row.</param>
/// <param name="Value">As its kind reads it.</param>
/// <param name="Text">One spelling for equal values.</param>
/// <param name="Origin">Where it was said; of the object around it if it is a default.</param>
internal sealed record KnownValue(Key Key, object Value, string Text, HoconOrigin Origin)
{
    public string Shown => Key.IsSecret ? "…" : Text;
}
