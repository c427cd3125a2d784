namespace Controller.Sip.Headers;

/// <summary>One row per header field. The one place to add a header rule.</summary>
public static class HeaderCatalogue
{
    /// <summary>Names are case-insensitive; compact forms count (RFC 3261 section 7.3.3).</summary>
    public static HeaderId Parse(ReadOnlySpan<byte> name) => throw new NotImplementedException();

    public static HeaderRow Row(HeaderId id) => throw new NotImplementedException();
}
