namespace Controller.Host.Configuration.Hocon;

/// <summary>A resolved value: no substitution is left in it.</summary>
/// <param name="Origin">Where it was written.</param>
public abstract record HoconValue(HoconOrigin Origin)
{
    /// <summary>For errors: what kind of value it is.</summary>
    public abstract string Describe();
}
