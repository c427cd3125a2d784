using System.Collections.Immutable;
using System.Globalization;
using Controller.Actors.Calls;
using Controller.Actors.Calls.Concerns;
using Controller.Actors.Calls.Evolution;
using Controller.Actors.Calls.State;
using Controller.Actors.Policies;
using Controller.Sip.Headers;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;
using Controller.Sip.Uris;

namespace Controller.Actors.Accounts;

/// <summary>What a registrar says: RFC 3261 section 10.2.4 to 10.2.8, and 22.2 for challenges.</summary>
internal static class Responded
{
    /// <summary>How many challenges one request answers: a proxy's, a registrar's, and a stale nonce of either.</summary>
    private const int MostChallenges = 4;

    /// <summary>How many redirections, and wishes for a longer time, one attempt follows; and how many Contacts of one redirection.</summary>
    private const int MostDetours = 3;
    private const long LongestExpires = 7 * 24 * 3600;

    public static void Take(AccountTurn turn, SipMessage response)
    {
        AccountState state = turn.State;
        if (state.Client is not { } client || Dialogs.ClientBranch(response) != client.Branch)
        {
            return;
        }

        int status = response.StatusCode;
        switch (status)
        {
            case < 200:
                turn.Become(state with { Client = client.Step(TransactionInput.Received(status), turn.Now, out _) });
                break;
            case 401 or 407 when IsAnswered(turn, client, response):
                break;
            case var _ when state.Phase == AccountPhase.Leaving:
                Outcome.Left(turn, status);
                break;
            case < 300:
                Outcome.Registered(turn, Granted(turn, response));
                break;
            case 300 or 301 or 302 when Follows(turn, response):
                break;
            case 423 when IsLonger(turn, client, response):
                break;
            case 408 or (>= 500 and < 600):
                if (status == 503 && RetryAfter.Seconds(response) is { } seconds)
                {
                    turn.Do(new CallEffect.PassOver(client.Flow, TimeSpan.FromSeconds(seconds)));
                }

                Attempt.Next(turn, status, RetryAfter.Seconds(response));
                break;
            default:
                Outcome.Failed(turn, status, RetryAfter.Seconds(response), rejected: status is 401 or 403 or 407);
                break;
        }
    }

    private static bool IsAnswered(AccountTurn turn, Transaction client, SipMessage response)
    {
        if (client.Challenges >= MostChallenges || turn.Account is not { User: not null, Password: not null })
        {
            return false;
        }

        ImmutableArray<AnsweredChallenge> asked = DigestAnswers.Asked(turn.State.Challenges, SipMessage.Copy(client.Request.Span), client.Challenges, response);
        if (asked.IsEmpty)
        {
            return false;
        }

        turn.Become(turn.State with { Challenges = ChallengeProgress.Merged(turn.State.Challenges, asked) });
        Attempt.Ask(turn, client.Flow, client.Challenges + 1);
        return true;
    }

    /// <summary>10.2.8: it "MAY retry the registration after making the expiration interval … equal to or greater than the expiration interval within the Min-Expires header field".</summary>
    private static bool IsLonger(AccountTurn turn, Transaction client, SipMessage response)
    {
        long asked = Math.Max((long)(turn.Account?.Expires.TotalSeconds ?? 0), turn.State.LeastExpires);
        if (!long.TryParse(response.Value(HeaderId.MinExpires), NumberStyles.None, CultureInfo.InvariantCulture, out long least)
            || least <= asked || least > LongestExpires || turn.State.Detours >= MostDetours)
        {
            return false;
        }

        turn.Become(turn.State with { LeastExpires = least, Detours = turn.State.Detours + 1 });
        Attempt.Ask(turn, client.Flow, client.Challenges);
        return true;
    }

    /// <summary>8.1.3.4: the Contacts of a redirection come before the targets that are left. An address of our own would come back to us.</summary>
    private static bool Follows(AccountTurn turn, SipMessage response)
    {
        AccountState state = turn.State;
        if (state.Detours >= MostDetours || !turn.Settings.Trunks.TryGetValue(state.Trunk, out TrunkSettings? trunk))
        {
            return false;
        }

        ImmutableArray<Target> named = [.. Redirection.Contacts(response).Take(MostDetours).Select(contact => At(turn, trunk, contact.Uri)).OfType<Target>()];
        if (named.IsEmpty)
        {
            return false;
        }

        turn.Become(state with { Client = null, Detours = state.Detours + 1, Targets = [.. named, .. state.Targets.RemoveAt(0)] });
        Attempt.Try(turn, response.StatusCode, null);
        return true;
    }

    private static Target? At(AccountTurn turn, TrunkSettings trunk, string contact)
    {
        byte[] text = Latin1.Octets(contact);
        if (!SipUri.TryParse(text, out SipUri uri) || turn.Settings.IsOwnDomain(Latin1.Text(uri.Host).ToLowerInvariant()))
        {
            return null;
        }

        // 10.2: no user in the Request-URI of a REGISTER.
        int at = contact.IndexOf('@', StringComparison.Ordinal);
        string requestUri = uri.User.IsEmpty ? contact : string.Concat(contact.AsSpan(0, contact.IndexOf(':', StringComparison.Ordinal) + 1), contact.AsSpan(at + 1));
        return NextHops.Of(turn.Settings, trunk, text, requestUri, "");
    }

    /// <summary>
    /// 10.2.4: "The UA compares each contact address to see if it created the contact address … update the expiration time interval according to the expires
    /// parameter or, if absent, the Expires field value". A registrar that writes our Contact otherwise, and no other with it, means ours.
    /// </summary>
    private static long Granted(AccountTurn turn, SipMessage response)
    {
        byte[] ours = Latin1.Octets(turn.State.Contact);
        int contacts = 0;
        long? only = null;
        foreach (ReadOnlySpan<byte> value in response.Values(HeaderId.Contact))
        {
            if (!NameAddr.TryParse(value, out NameAddr contact))
            {
                continue;
            }

            contacts++;
            only = contact.TryParameter("expires"u8, out ReadOnlySpan<byte> text) && Seconds(text) is { } seconds ? seconds : null;
            if (SipUri.AreEquivalent(contact.Uri, ours))
            {
                return only ?? OfHeader(turn, response);
            }
        }

        return contacts == 1 && only is { } lone ? lone : OfHeader(turn, response);
    }

    private static long OfHeader(AccountTurn turn, SipMessage response) =>
        Seconds(response.Value(HeaderId.Expires)) ?? Math.Max((long)(turn.Account?.Expires.TotalSeconds ?? 0), turn.State.LeastExpires);

    private static long? Seconds(ReadOnlySpan<byte> text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) ? Math.Min(seconds, uint.MaxValue) : null;
}
