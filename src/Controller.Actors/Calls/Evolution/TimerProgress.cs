using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.Rendering;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.Evolution;

/// <summary>Session timers, and the requests that we send on their account.</summary>
internal static class TimerProgress
{
    /// <summary>The same leg is tried again with a larger session interval: a new INVITE in the place of the one refused (RFC 4028 section 7.3).</summary>
    public static CallState LegTriedAgain(CallState state, CallEvent.LegTriedAgain e)
    {
        var client = Transaction.Start(TransactionKind.InviteClient, e.Leg, e.Branch, SipMethod.Invite, e.CSeq, e.Flow, e.At) with
        {
            Request = e.Invite,
            Credentials = state.Legs[e.Leg].Challenges.IsEmpty ? "" : CredentialLines.Of(e.Invite.Span),
        };
        CallState next = state.Find(TransactionKind.InviteClient, e.Leg) is { } refused ? Finished(state, refused with { Last = e.Ack }, 422, e.At) : state;

        // It is found before the one that it replaces.
        next = next.With(next.Legs[e.Leg] with { LocalCSeq = e.CSeq }) with { Transactions = next.Transactions.Insert(0, client) };
        return ChallengeProgress.Used(next, e.Leg, e.Invite.Span);
    }

    /// <summary>A refresh is under way: no other until it is answered.</summary>
    public static CallState RefreshSent(CallState state, int leg) =>
        state.Legs[leg].Timer is { } timer ? state.With(state.Legs[leg] with { Timer = timer with { RefreshAt = Instant.Never } }) : state;

    public static CallState RefreshAnswered(CallState state, CallEvent.RefreshAnswered e)
    {
        CallState next = state.FindClientByBranch(e.Branch) is { } client ? Finished(state, client, e.Status, e.At) : state;
        Leg leg = next.Legs[e.Leg];
        return next.With(leg with { Timer = e.Timer, RemoteTarget = e.RemoteTarget.Length > 0 ? e.RemoteTarget : leg.RemoteTarget });
    }

    private static CallState Finished(CallState state, Transaction client, int status, Instant at)
    {
        Transaction next = client.Step(TransactionInput.Received(status), at, out TransactionEffects effects) with { Request = default };
        return (effects & TransactionEffects.Terminated) != 0 ? state.Without(client) : state.Replacing(next);
    }
}
