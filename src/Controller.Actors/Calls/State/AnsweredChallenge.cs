using Controller.Sip.Digest;

namespace Controller.Actors.Calls.State;

/// <summary>
/// A digest challenge that a leg's trunk has made and we have answered. RFC 7616 section 3.6: its nonce may be used again, so what follows on the leg carries
/// credentials from the start. No secret is in it: those are in the settings alone.
/// </summary>
/// <param name="IsProxy">It came in a 407: what answers it is Proxy-Authorization (RFC 3261 section 22.3).</param>
/// <param name="Value">Of its header field, as received.</param>
/// <param name="Uses">How often its nonce has been used: the nonce count of the last request (RFC 7616 section 3.4).</param>
public sealed record AnsweredChallenge(bool IsProxy, string Value, uint Uses)
{
    /// <summary>How many protection domains one leg keeps credentials for.</summary>
    public const int Most = 4;

    public string Realm => DigestChallenge.TryParse(Latin1.Octets(Value), out DigestChallenge challenge) ? Latin1.Text(challenge.Realm) : "";

    public string Nonce => DigestChallenge.TryParse(Latin1.Octets(Value), out DigestChallenge challenge) ? Latin1.Text(challenge.Nonce) : "";

    /// <summary>RFC 3261 section 22.1: a protection domain is told by its realm; a proxy's and a server's of the same name are two.</summary>
    public bool IsOfSameDomain(AnsweredChallenge other) => IsProxy == other.IsProxy && Realm == other.Realm;
}
