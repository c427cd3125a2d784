using System.Text;
using Controller.Sip.Digest;

namespace Controller.Actors.Tests.Flows.Script;

/// <summary>What a party answers when it is asked who it is (RFC 3261 section 22).</summary>
internal static class Challenge
{
    public static string PasswordOf(Party party) => party.User + "-secret";

    /// <summary>The header line that answers the last 401 or 407 that the party got.</summary>
    public static string Answer(Party party)
    {
        FlowMessage challenged = party.Seen.Last(message => message.Status is 401 or 407);
        string uri = party.Clients.Last(client => client.Request.Method == challenged.Method).Request.Uri;
        bool proxy = challenged.Status == 407;
        Assert.True(DigestChallenge.TryParse(Encoding.Latin1.GetBytes(challenged.Header(proxy ? "Proxy-Authenticate" : "WWW-Authenticate")), out DigestChallenge challenge));
        return $"{(proxy ? "Proxy-Authorization" : "Authorization")}: {DigestResponse.Answer(challenge, party.User, PasswordOf(party), challenged.Method, uri, 1, "0a4f113b")}";
    }
}
