namespace Controller.Actors.Routing.Headers;

/// <summary>What of a header is copied. All but <see cref="Whole"/> are of its first value, read as name-addr or addr-spec (RFC 3261 section 20.10).</summary>
public enum HeaderPart
{
    Whole,
    Uri,
    User,
    Host,
    DisplayName,
    Parameter,
}
