using Controller.Actors.Calls;
using Controller.Actors.Policies;
using Controller.Sharding.Model;

namespace Controller.Actors.Accounts;

/// <summary>
/// An account at a carrier that we register there (RFC 3261 section 10.2): one actor of the cluster, so one client, with one Call-ID and a CSeq that only grows.
/// <code>
///   Waiting ──due, or configured otherwise──▶ Registering ──200, refused, no answer──▶ Waiting (until the refresh, or for a while)
///      └───configured no more, or elsewhere──▶ Leaving ──any answer, or none──▶ Waiting, or (forgotten)
/// </code>
/// </summary>
/// <remarks>
/// Invariants: a REGISTER is stored before it leaves, so whoever takes the account over sends it again byte for byte or goes on with the next number; there is
/// one REGISTER under way at most (10.2: "UAs MUST NOT send a new registration … until they have received a final response … or the previous REGISTER request
/// has timed out"); what is not configured any more is taken away once, and then nothing is left of it.
/// </remarks>
public readonly struct Account : IActor<AccountState, CallInput, AccountEvent, CallEffect, ControllerSettings>
{
    public static AccountState Empty => AccountState.Empty;

    public static CallInput TimerDue => CallInput.TimerDue.Instance;

    public static CallInput Recovered => CallInput.Recovered.Instance;

    public static Decision<AccountState, AccountEvent, CallEffect> Decide(AccountState state, CallInput input, in ActorContext<ControllerSettings> context)
    {
        var turn = new AccountTurn(state, context);
        switch (input)
        {
            case CallInput.AccountWoken woken:
                Planning.Woken(turn, woken);
                break;
            case CallInput.ResponseReceived received:
                Responded.Take(turn, received.Response);
                break;
            case CallInput.TransportFailed failed:
                Attempt.TransportFailed(turn, failed.Branch);
                break;
            case CallInput.Resolved resolved:
                Attempt.Resolved(turn, resolved.Lookup, resolved.Targets);
                break;
            case CallInput.TimerDue:
                Attempt.Due(turn);
                Planning.Due(turn);
                break;
            case CallInput.Recovered:
                Attempt.Again(turn);
                Planning.Due(turn);
                break;
            default:
                // What is said to calls means nothing here.
                break;
        }

        Planning.Settle(turn);
        return turn.Decided();
    }

    public static AccountState Evolve(AccountState state, AccountEvent happened) => happened.State;

    public static Instant NextDue(AccountState state) => Instant.Earlier(
        Instant.Earlier(state.CheckAt, state.LookupUntil),
        state.Client?.NextDue ?? (state.Phase == AccountPhase.Waiting ? state.NextAt : Instant.Never));

    public static Durability DurabilityOf(AccountEvent happened) => happened is AccountEvent.Kept ? Durability.Required : Durability.Volatile;
}
