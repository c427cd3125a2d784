namespace Controller.Actors.Routing.Numbers;

/// <summary>Which URI scheme names a number on one side.</summary>
public enum NumberScheme
{
    AsIs,
    Sip,
    Tel,
}
