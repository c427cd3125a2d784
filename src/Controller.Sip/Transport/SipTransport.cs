namespace Controller.Sip.Transport;

/// <summary>Values are stored: append only.</summary>
public enum SipTransport : byte
{
    Udp = 1,
    Tcp = 2,
    Tls = 3,
    Ws = 4,
    Wss = 5,
}

public static class SipTransports
{
    /// <summary>RFC 3261 section 17: a reliable transport needs no retransmission by the transaction layer.</summary>
    public static bool IsReliable(this SipTransport transport) => transport != SipTransport.Udp;

    /// <summary>The token of a Via: RFC 3261 section 20.42, RFC 7118 section 5.2.</summary>
    public static string ViaToken(this SipTransport transport) => transport switch
    {
        SipTransport.Udp => "UDP",
        SipTransport.Tcp => "TCP",
        SipTransport.Tls => "TLS",
        SipTransport.Ws => "WS",
        SipTransport.Wss => "WSS",
        _ => throw new ArgumentOutOfRangeException(nameof(transport)),
    };

    /// <summary>The value of a URI's transport parameter (lower case), or null where the scheme says it.</summary>
    public static string UriToken(this SipTransport transport) => transport switch
    {
        SipTransport.Udp => "udp",
        SipTransport.Tcp => "tcp",
        SipTransport.Tls => "tls",
        SipTransport.Ws => "ws",
        SipTransport.Wss => "wss",
        _ => throw new ArgumentOutOfRangeException(nameof(transport)),
    };
}
