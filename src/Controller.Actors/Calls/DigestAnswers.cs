using System.Collections.Immutable;
using System.Text;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sip.Digest;
using Controller.Sip.Headers;
using Controller.Sip.Messages;

namespace Controller.Actors.Calls;

/// <summary>What a client makes of challenges: which of them it answers, and with which lines. RFC 3261 section 22, RFC 7616, RFC 8760.</summary>
internal static class DigestAnswers
{
    /// <summary>The challenges to answer; none if there is nothing in the response that could be, or the credentials are wrong.</summary>
    /// <param name="known">What has been answered before.</param>
    /// <param name="refused">The request.</param>
    /// <param name="challenges">How many challenges it answers, one after the other.</param>
    public static ImmutableArray<AnsweredChallenge> Asked(ImmutableArray<AnsweredChallenge> known, SipMessage refused, int challenges, SipMessage response)
    {
        bool proxy = response.StatusCode == 407;
        ImmutableArray<AnsweredChallenge> asked = [];
        foreach (ReadOnlySpan<byte> value in response.Values(proxy ? HeaderId.ProxyAuthenticate : HeaderId.WwwAuthenticate))
        {
            // RFC 8760 section 2.4: "the UAC … SHOULD use the topmost header field that it supports" of several for one realm. RFC 3261 section 22.3: a forking
            // proxy hands on the challenges of several realms, and each wants its own credentials.
            if (!DigestChallenge.TryParse(value, out DigestChallenge challenge) || asked.Length == AnsweredChallenge.Most)
            {
                continue;
            }

            var fresh = new AnsweredChallenge(proxy, Latin1.Text(value), 0);
            if (asked.Any(fresh.IsOfSameDomain))
            {
                continue;
            }

            // RFC 3261 section 22.2: "If … credentials … were rejected … a UAC MUST NOT re-attempt requests with the credentials that have just been rejected (though
            // the request may be retried if the nonce was stale)". Once: what is stale when it has just been given will be so for ever. Credentials sent before
            // anybody asked for them may just be of an old nonce.
            if (challenges > 0 && Carries(refused, fresh) && (!challenge.Stale || challenges > 1))
            {
                return [];
            }

            uint uses = known.FirstOrDefault(fresh.IsOfSameDomain) is { } before && before.Nonce == fresh.Nonce ? before.Uses : 0;
            asked = asked.Add(fresh with { Uses = uses });
        }

        return asked;
    }

    /// <summary>The lines of credentials that answer the challenges, each nonce used once more.</summary>
    /// <param name="clientNonce">The cnonce for a nonce.</param>
    public static string Lines((string User, string Password) account, ImmutableArray<AnsweredChallenge> challenges, SipMessage request, Func<string, string> clientNonce)
    {
        var lines = new StringBuilder();
        foreach (AnsweredChallenge answered in challenges)
        {
            if (DigestChallenge.TryParse(Latin1.Octets(answered.Value), out DigestChallenge challenge))
            {
                // RFC 3261 section 22.4 item 1: the URI is that of the Request-URI.
                lines.Append(CredentialLines.Line(answered.IsProxy, DigestResponse.Answer(
                    challenge, account.User, account.Password, Encoding.ASCII.GetString(request.MethodText), Encoding.UTF8.GetString(request.RequestUri), answered.Uses + 1,
                    clientNonce(answered.Nonce))));
            }
        }

        return lines.ToString();
    }

    private static bool Carries(SipMessage request, AnsweredChallenge challenge)
    {
        foreach (ReadOnlySpan<byte> value in request.Values(challenge.IsProxy ? HeaderId.ProxyAuthorization : HeaderId.Authorization))
        {
            if (DigestCredentials.TryParse(value, out DigestCredentials credentials) && Latin1.Text(credentials.Realm) == challenge.Realm)
            {
                return true;
            }
        }

        return false;
    }
}
