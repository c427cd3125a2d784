using Controller.Sip.Digest;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Policies;

/// <summary>How the registrar, and a realm that asks callers who they are, challenge: the same protection domain, the same algorithms.</summary>
public static class Challenges
{
    /// <summary>RFC 8760 section 2.3: one challenge per algorithm, "in the order of preference, with the most preferred first".</summary>
    /// <param name="header">WWW-Authenticate or Proxy-Authenticate.</param>
    public static SipWriter Challenge(this SipWriter writer, HeaderId header, RegistrarSettings registrar, string nonce, bool stale)
    {
        foreach (DigestAlgorithm algorithm in registrar.Algorithms)
        {
            writer.Header(header, DigestChallenge.Write(registrar.DigestRealm, nonce, algorithm, stale, null));
        }

        return writer;
    }
}
