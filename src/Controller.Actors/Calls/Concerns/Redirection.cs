using System.Collections.Immutable;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Actors.Registrations;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Uris;

namespace Controller.Actors.Calls.Concerns;

/// <summary>
/// A callee's 3xx, by the policy of its trunk: mapped to a failure, passed on, or followed (RFC 3261 sections 8.1.3.4 and 16.5). What a registered user's
/// phone says is always mapped: who may be called is not the phone's to decide.
/// </summary>
internal static class Redirection
{
    /// <summary>How many redirections one call follows.</summary>
    private const int Deepest = 5;

    /// <summary>How many Contacts of one redirection are tried.</summary>
    private const int Most = 5;

    /// <summary>
    /// The Contacts become targets, before those that are left: each is an attempt of its own. 8.1.3.4: "the client SHOULD … use the URIs … ordered by q
    /// value"; "any given URI MUST NOT be added to the target set more than once".
    /// </summary>
    public static void Follow(Turn turn, Leg leg, SipMessage response)
    {
        // 305 names a proxy and 380 another service: neither is another address of the callee.
        if (PolicyOf(turn, leg) != RedirectPolicy.Follow || response.StatusCode is not (300 or 301 or 302) || turn.State.Redirections >= Deepest)
        {
            return;
        }

        ImmutableArray<Target> targets = [.. Contacts(response)
            .Where(contact => !IsKnown(turn.State, contact.Uri))
            .Take(Most)
            .Select(contact => TargetAt(turn.Settings, turn.Settings.Trunks[leg.Trunk], leg, contact.Uri))
            .OfType<Target>()];
        if (!targets.IsEmpty)
        {
            turn.Happened(new CallEvent.Redirected(leg.Number, targets));
        }
    }

    /// <summary>The 3xx as the caller gets it: our own address in each Contact, so that the next INVITE comes here. Null if it is not passed.</summary>
    public static byte[]? Passed(Turn turn, Leg leg, SipMessage response)
    {
        if (response.StatusCode is < 300 or >= 400 || PolicyOf(turn, leg) != RedirectPolicy.Pass)
        {
            return null;
        }

        Leg caller = turn.State.A;
        List<string> contacts = [];
        foreach ((string uri, int q) in Contacts(response))
        {
            // What names nobody there names nobody here.
            if (SipUri.TryParse(Latin1.Octets(uri), out SipUri named) && !named.User.IsEmpty)
            {
                contacts.Add($"<sip:{Latin1.Text(named.User)}@{caller.SentBy}>;q={q / 1000}.{q % 1000:000}");
            }
        }

        return contacts.Count == 0 ? null : Answers.Redirected(turn.State.Invite!, turn.Crossing(leg, caller), caller.LocalTag, response, contacts);
    }

    private static RedirectPolicy PolicyOf(Turn turn, Leg leg) =>
        turn.Settings.Trunks.TryGetValue(leg.Trunk, out TrunkSettings? trunk) ? trunk.Redirect : RedirectPolicy.Map;

    /// <summary>Best first; in their order where q says nothing. Without what follows a '?': a redirection does not write our headers (19.1.5).</summary>
    public static IEnumerable<(string Uri, int Q)> Contacts(SipMessage response)
    {
        List<(string Uri, int Q)> found = [];
        foreach (ReadOnlySpan<byte> value in response.Values(HeaderId.Contact))
        {
            if (NameAddr.TryParse(value, out NameAddr contact) && SipUri.TryParse(contact.Uri, out SipUri uri) && uri.Scheme is UriScheme.Sip or UriScheme.Sips)
            {
                string text = Latin1.Text(contact.Uri);
                int headers = text.IndexOf('?', StringComparison.Ordinal);
                found.Add((headers < 0 ? text : text[..headers], RequestedContact.TryReadQ(contact, out int q) ? q : 0));
            }
        }

        return found.OrderByDescending(contact => contact.Q);
    }

    private static bool IsKnown(CallState state, string uri)
    {
        byte[] text = Latin1.Octets(uri);
        return state.Attempts.Any(attempt => SipUri.AreEquivalent(Latin1.Octets(attempt.Target), text))
            || state.Targets.Any(target => SipUri.AreEquivalent(Latin1.Octets(target.Uri), text));
    }

    /// <summary>8.1.3.4: "the UAC … SHOULD reuse the same To". By the trunk's realm; an address of our own would come back to us as a loop.</summary>
    private static Target? TargetAt(ControllerSettings settings, TrunkSettings trunk, Leg leg, string contact)
    {
        byte[] text = Latin1.Octets(contact);
        return SipUri.TryParse(text, out SipUri uri) && !settings.IsOwnDomain(Latin1.Text(uri.Host).ToLowerInvariant())
            && NextHops.Of(settings, trunk, text, contact, leg.RemoteParty) is { } target ? target with { IsRedirected = true } : null;
    }
}
