using Controller.Actors.Calls;
using Controller.Sharding.Model;

namespace Controller.Actors.Accounts;

/// <summary>How an attempt ends, and when the next one begins.</summary>
internal static class Outcome
{
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_most = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_rejected = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_longestRetryAfter = TimeSpan.FromHours(1);

    /// <param name="seconds">How long the registrar keeps it.</param>
    public static void Registered(AccountTurn turn, long seconds)
    {
        AccountState state = turn.State;
        if (seconds <= 0)
        {
            // It has said yes and kept nothing.
            Failed(turn, 200, null, rejected: false);
            return;
        }

        // Half of it leaves as much again for a registrar, or for nodes of ours, that are away; what is added keeps accounts apart that were registered at once.
        var granted = TimeSpan.FromSeconds(seconds);
        turn.Keep(Ended(state) with
        {
            Bound = new CarrierBinding(state.Contact, state.Registrar, state.Targets[0].Uri, state.Client!.Flow, turn.Now.After(granted)),
            NextAt = turn.Now.After((granted / 2) + turn.Chance(granted / 10)),
            Failures = 0,
            LastStatus = 200,
        });
        turn.Do(new CallEffect.CountRegistration(state.Trunk, 200, IsRegistered: true));
    }

    /// <param name="rejected">The account itself is not right: tried again so often, it would be locked.</param>
    public static void Failed(AccountTurn turn, int status, int? retryAfter, bool rejected)
    {
        AccountState state = turn.State;
        if (state.Phase == AccountPhase.Leaving)
        {
            Left(turn, status);
            return;
        }

        int failures = state.Failures + 1;
        TimeSpan wait = rejected ? s_rejected : Backoff(turn, failures);
        TimeSpan asked = TimeSpan.FromSeconds(Math.Min(retryAfter ?? 0, s_longestRetryAfter.TotalSeconds));
        turn.Keep(Ended(state) with
        {
            Failures = failures,
            LastStatus = status,
            NextAt = turn.Now.After(wait > asked ? wait : asked),
            Challenges = rejected ? [] : state.Challenges,
        });
        turn.Do(new CallEffect.CountRegistration(state.Trunk, status, IsRegistered: false));
    }

    /// <summary>Whatever was said: it is asked for once.</summary>
    public static void Left(AccountTurn turn, int status) => turn.Keep(Ended(turn.State) with { Bound = null, NextAt = turn.Now, LastStatus = status });

    private static AccountState Ended(AccountState state) =>
        state with { Phase = AccountPhase.Waiting, Client = null, Targets = [], Detours = 0, Lookup = 0, LookupUntil = Instant.Never };

    /// <summary>RFC 5626 section 4.5: the upper bound doubles with each failure in a row up to a limit, and the wait is "a random time between 50% and 100% of the upper-bound".</summary>
    private static TimeSpan Backoff(AccountTurn turn, int failures)
    {
        TimeSpan bound = s_first * Math.Pow(2, Math.Min(failures - 1, 10));
        bound = bound < s_most ? bound : s_most;
        return (bound / 2) + turn.Chance(bound / 2);
    }
}
