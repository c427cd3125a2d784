namespace Controller.Sip.Sdp;

/// <summary>Changes to a session description that leave every other byte as it was.</summary>
public static class SdpRewrite
{
    /// <summary>Replaces user and address of the o= line (topology hiding), and its ids if given. "s=" and everything else is kept byte for byte.</summary>
    /// <param name="address">Our advertised address, IPv4 or IPv6 literal or a host name.</param>
    public static byte[] Origin(ReadOnlySpan<byte> sdp, string address, ulong? sessionId = null, ulong? version = null) => throw new NotImplementedException();
}
