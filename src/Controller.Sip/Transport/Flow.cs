using System.Net;

namespace Controller.Sip.Transport;

/// <summary>
/// A transport association (RFC 5626 section 1): one of our listeners and a far address, and for stream transports the
/// very connection. It is a value: it can be journaled and outlive the connection that it names.
/// </summary>
/// <param name="Transport">How.</param>
/// <param name="Listener">Index of our listener in the settings: gives local address, advertised address and realm.</param>
/// <param name="Remote">The far address and port as seen by us.</param>
/// <param name="Connection">0 for datagrams or "any connection to <paramref name="Remote"/>, or a new one"; else the number of one accepted or opened connection, unique over restarts.</param>
/// <param name="ReconnectPort">Of a response on a stream: the port of the Via's sent-by, where the peer listens, should the connection be gone (RFC 3261 section 18.2.2); else 0.</param>
public sealed record Flow(SipTransport Transport, int Listener, IPEndPoint Remote, long Connection = 0, int ReconnectPort = 0)
{
    /// <summary>Where to connect when there is no connection.</summary>
    public IPEndPoint Reconnect => ReconnectPort == 0 || ReconnectPort == Remote.Port ? Remote : new IPEndPoint(Remote.Address, ReconnectPort);
}
