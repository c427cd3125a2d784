namespace Controller.Actors.Routing.Numbers;

/// <summary>How numbers are written on one side. The values are configured by name, not stored.</summary>
public enum NumberForm
{
    /// <summary>Nothing is changed on the way out.</summary>
    AsIs,

    /// <summary>+4930123456</summary>
    E164,

    /// <summary>030123456, and 0043… for another country.</summary>
    National,

    /// <summary>4930123456: as E.164, without the plus.</summary>
    International,
}
