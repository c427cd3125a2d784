using Controller.Actors.Calls.State;
using Controller.Sharding.Model;

namespace Controller.Actors.Calls.Concerns;

/// <summary>What the quality of trunks is measured by: every attempt at one that has come to its end is told, once. With a node that fails some are lost, which a share does not mind.</summary>
internal static class AttemptCounting
{
    public static void Report(Turn turn, CallState before)
    {
        CallState state = turn.State;
        if (state.Attempts == before.Attempts)
        {
            return;
        }

        for (int i = 0; i < state.Attempts.Length; i++)
        {
            Attempt attempt = state.Attempts[i];
            bool wasOver = i < before.Attempts.Length && before.Attempts[i].Status != 0;

            // RFC 6076 section 4.6: redirections are none of the requests that the ratio is of.
            if (attempt.Status != 0 && !wasOver && attempt.Trunk.Length > 0 && attempt.Status / 100 != 3)
            {
                turn.Do(new CallEffect.CountAttempt(attempt.Trunk, attempt.Status / 100 == 2, DelayOf(attempt, state)));
            }
        }
    }

    /// <summary>
    /// RFC 6076 section 4.3: from the INVITE to the first response that tells the caller something of the called party; a 100 does not. Of an attempt that failed
    /// unheard it says nothing of the trunk that could be compared: a quick refusal would be the best of delays.
    /// </summary>
    private static TimeSpan? DelayOf(Attempt attempt, CallState state)
    {
        // While a transfer is carried out here, nobody hears its target ring, and nothing says when it did.
        bool isUnheard = state.Transfer is { } transfer && attempt.Leg >= transfer.FirstLeg;
        Instant? heard = attempt.RingingAt ?? (attempt.Status / 100 == 2 && !isUnheard ? attempt.EndedAt : null);
        return heard is { } at ? TimeSpan.FromMilliseconds(at.Milliseconds - attempt.StartedAt.Milliseconds) : null;
    }
}
