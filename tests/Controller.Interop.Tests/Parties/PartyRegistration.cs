using System.Net;
using System.Security.Cryptography;
using System.Text;
using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Parties;

/// <summary>Registers a party for an address-of-record and answers the registrar's challenge with the digest algorithm the test wants.</summary>
internal sealed class PartyRegistration(Party party, IPEndPoint node, string user, string password, string algorithm)
{
    private readonly string _callId = $"{party.Name}-reg-{Guid.NewGuid():N}", _tag = $"{party.Name}-regtag";
    private uint _cseq;

    /// <summary>The response to the request that carried credentials, or to the first if it was not challenged.</summary>
    public WireMessage Send(int expires)
    {
        WireMessage first = Exchange(expires, null);
        if (first.Status != 401)
        {
            return first;
        }

        // RFC 7616 section 3.3, algorithm: "If this is not present, it is assumed to be "MD5"."
        string? challenge = first.All("WWW-Authenticate")
            .FirstOrDefault(offered => (Value(offered, "algorithm") is { Length: > 0 } named ? named : "MD5").Equals(algorithm, StringComparison.OrdinalIgnoreCase));
        Assert.True(challenge is not null, $"no challenge for {algorithm}:\n{first}");
        return Exchange(expires, Answer(challenge));
    }

    private WireMessage Exchange(int expires, string? authorization)
    {
        List<string> headers =
        [
            $"From: <sip:{user}@example.test>;tag={_tag}", $"To: <sip:{user}@example.test>", $"Call-ID: {_callId}", $"CSeq: {++_cseq} REGISTER",
            $"Contact: <sip:{party.Name}-contact@{party.Address}>;expires={expires}",
        ];
        if (authorization is not null)
        {
            headers.Add("Authorization: " + authorization);
        }

        WireMessage? final = null;
        bool timedOut = false;
        lock (party.Gate)
        {
            string branch = party.NextBranch();
            party.Request("REGISTER", branch, PartyText.Request(party, "REGISTER", "sip:example.test", branch, headers), node,
                response => final = response.IsFinal ? response : final, () => timedOut = true);
        }

        Eventually.True(() => final is not null || timedOut, TimeSpan.FromSeconds(34), "an answer to REGISTER");
        Assert.False(timedOut, "REGISTER was not answered");
        return final!;
    }

    /// <summary>RFC 7616 section 3.4.1: response = KD(H(A1), nonce ":" nc ":" cnonce ":" qop ":" H(A2)).</summary>
    private string Answer(string challenge)
    {
        const string Cnonce = "0a4f113b", Count = "00000001", Uri = "sip:example.test";
        string realm = Value(challenge, "realm"), nonce = Value(challenge, "nonce");
        string first = Hash($"{user}:{realm}:{password}"), second = Hash($"REGISTER:{Uri}");
        string response = Hash($"{first}:{nonce}:{Count}:{Cnonce}:auth:{second}");
        string opaque = Value(challenge, "opaque") is { Length: > 0 } value ? $", opaque=\"{value}\"" : "";
        return $"Digest username=\"{user}\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{Uri}\", response=\"{response}\", algorithm={algorithm}, " +
            $"cnonce=\"{Cnonce}\", qop=auth, nc={Count}{opaque}";
    }

#pragma warning disable CA5351 // RFC 3261 22: MD5 is what phones still answer with
    private string Hash(string text) => Convert.ToHexStringLower(
        algorithm == "MD5" ? MD5.HashData(Encoding.UTF8.GetBytes(text)) : SHA256.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5351

    private static string Value(string challenge, string name)
    {
        foreach (string part in challenge["Digest ".Length..].Split(','))
        {
            string[] pair = part.Trim().Split('=', 2);
            if (pair[0].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return pair[1].Trim('"');
            }
        }

        return "";
    }
}
