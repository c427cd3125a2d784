using Controller.Sip.Transport;

namespace Controller.Actors.Calls.State;

/// <summary>One place to try for a call, as routing found it.</summary>
/// <param name="Uri">Request-URI to send.</param>
/// <param name="RemoteParty">Value of To, without a tag.</param>
/// <param name="Flow">Where to send, if that is known already (a binding, a literal address); else it is looked up.</param>
/// <param name="Host">Host to look up; empty if <paramref name="Flow"/> is given.</param>
/// <param name="Replaces">Value of Replaces for the party there; empty for none.</param>
/// <param name="Port">0: the transport's default.</param>
public sealed record Target(string Uri, string RemoteParty, Flow? Flow, string Host, int Port, SipTransport Transport, int Listener, string Trunk, string Replaces = "")
{
    /// <summary>A redirection named it: it is tried whatever the one before it answered, short of a 6xx (RFC 3261 section 8.1.3.4).</summary>
    public bool IsRedirected { get; init; }

    /// <summary>Its URI names neither port nor transport: the name server says which (RFC 3263 section 4.1).</summary>
    public bool AnyTransport { get; init; }

    /// <summary>Its URI names UDP, or TCP comes before it: nothing is too long for it (RFC 3261 section 18.1.1).</summary>
    public bool IsUdpOnly { get; init; }

    /// <summary>Another place for the same as the target before it: tried only if that one fails, not if it refuses (RFC 3263 section 4.3).</summary>
    public bool IsAlternative { get; init; }
}
