namespace Controller.Sip.Uris;

public static class SipUris
{
    /// <summary>RFC 3261 section 10.3 step 5: user@host with the user unescaped and the host in lower case; no parameters, no port.</summary>
    public static string AddressOfRecord(in SipUri uri) => throw new NotImplementedException();
}
