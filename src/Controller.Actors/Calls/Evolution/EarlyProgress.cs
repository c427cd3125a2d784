using System.Collections.Immutable;
using Controller.Actors.Calls.Events;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Sdp;
using Controller.Sip.Transactions;

namespace Controller.Actors.Calls.Evolution;

/// <summary>Early dialogs, and the reliable provisional responses in them.</summary>
internal static class EarlyProgress
{
    /// <returns>All early dialogs of the call, and all reliable responses that wait.</returns>
    public static (ImmutableArray<EarlyDialog> Dialogs, ImmutableArray<ReliableProvisional> Provisionals) Rang(CallState state, CallEvent.LegRang e)
    {
        EarlyDialog? known = state.EarlyDialog(e.CallerTag);
        if (e.CallerTag.Length == 0 || (known is null && state.EarlyDialogs.Length >= EarlyDialog.Most))
        {
            return (state.EarlyDialogs, state.Provisionals);
        }

        EarlyDialog dialog = known ?? First(state, e);
        ImmutableArray<EarlyDialog> dialogs = state.EarlyDialogs.With(dialog with
        {
            RemoteTarget = e.RemoteTarget,
            RouteSet = e.RouteSet,
            Capabilities = dialog.Capabilities | e.Capabilities,
            RemoteRSeq = e.RemoteRSeq == 0 ? dialog.RemoteRSeq : e.RemoteRSeq,
            LocalRSeq = e.RSeq == 0 ? dialog.LocalRSeq : e.RSeq,
            CallerDescription = SentDescription.After(dialog.CallerDescription, e.Response.Span),
            IsOver = dialog.IsOver || e.Status == 199,
            CalleeExchange = OfferAnswer.Pass(dialog.CalleeExchange, OfferAnswer.Side.Remote, Carrier(e.RemoteRSeq), e.HasSession).Next,
            CallerExchange = OfferAnswer.Pass(dialog.CallerExchange, OfferAnswer.Side.Local, Carrier(e.RSeq), e.HasSession).Next,
        });
        if (e.RSeq == 0)
        {
            return (dialogs, state.Provisionals);
        }

        var reliable = new ReliableProvisional
        {
            CallerTag = e.CallerTag,
            RSeq = e.RSeq,
            RemoteRSeq = e.RemoteRSeq,
            Response = e.Response,
            Flow = state.Find(TransactionKind.InviteServer, 0)?.Flow ?? state.A.Flow,
            HasSession = e.HasSession,
        };
        bool first = !state.Provisionals.Any(other => other.CallerTag == e.CallerTag);
        return (dialogs, state.Provisionals.Add(first ? reliable.Sent(e.At) : reliable));
    }

    public static CallState Ended(CallState state, CallEvent.EarlyDialogEnded e) => state.EarlyDialog(e.CallerTag) is { } dialog
        ? With(state.With(dialog with { IsOver = true }), state.Provisionals.RemoveAll(provisional => provisional.CallerTag == e.CallerTag))
        : state;

    /// <summary>The next one of the dialog goes out; the 2xx that waited goes out when nothing with a session description is left.</summary>
    public static CallState Acknowledged(CallState state, CallEvent.ProvisionalAcknowledged e)
    {
        ImmutableArray<ReliableProvisional> left = state.Provisionals.RemoveAll(provisional => provisional.CallerTag == e.CallerTag && provisional.RSeq == e.RSeq);
        for (int i = 0; i < left.Length && (!state.IsDecided || state.HeldAnswer() >= 0); i++)
        {
            if (left[i].CallerTag == e.CallerTag)
            {
                left = left[i].IsSent ? left : left.SetItem(i, left[i].Sent(e.At));
                break;
            }
        }

        CallState next = With(state, left);
        int held = next.HeldAnswer();
        if (held < 0 || left.Any(provisional => provisional.HasSession))
        {
            return next;
        }

        next = next.Stepped(TransactionKind.InviteServer, 0, TransactionInput.FromUser(200), e.At);
        return next with { Answers = next.Answers.SetItem(held, next.Answers[held].Released(e.At)), Setup = Answered(Silenced(left)) };
    }

    public static CallState Repeated(CallState state, CallEvent.ProvisionalRepeated e) => With(state, state.Provisionals.Replace(e.Provisional, e.Next));

    /// <summary>
    /// What is left of looking for somebody once there is an answer: its reliable responses. RFC 3262 section 3: "it SHOULD NOT continue to retransmit the unacknowledged reliable provisional
    /// responses, but it MUST be prepared to process PRACK requests for those outstanding responses", which may come behind the ACK, too. The others' early dialogs are gone.
    /// </summary>
    public static CallSetup OfAnswered(CallState state, CallEvent.LegAnswered e)
    {
        ImmutableArray<ReliableProvisional> own = state.Provisionals.RemoveAll(provisional => provisional.CallerTag != e.CallerTag);

        // A 2xx that waits may yet have to become a refusal, which is made from the INVITE.
        return e.PrackAwaited
            ? state.Setup with { NoAnswerAt = Instant.Never, TryUntil = Instant.Never, Targets = [], EarlyDialogs = [], Provisionals = own }
            : Answered(Silenced(own));
    }

    private static CallSetup Answered(ImmutableArray<ReliableProvisional> unacknowledged) =>
        unacknowledged.IsEmpty ? CallSetup.None : new CallSetup { Provisionals = unacknowledged };

    private static CallState With(CallState state, ImmutableArray<ReliableProvisional> provisionals) => state with { Setup = state.Setup with { Provisionals = provisionals } };

    private static ImmutableArray<ReliableProvisional> Silenced(ImmutableArray<ReliableProvisional> provisionals) =>
        [.. provisionals.Select(provisional => provisional with { Response = default, Interval = default, RepeatAt = Instant.Never, GiveUpAt = Instant.Never })];

    private static EarlyDialog First(CallState state, CallEvent.LegRang e)
    {
        Leg callee = state.Legs[e.Leg];
        bool offered = state.Invite is { } invite && Dialogs.HasSession(invite);
        return new EarlyDialog
        {
            Leg = e.Leg,
            RemoteTag = e.RemoteTag,
            CallerTag = e.CallerTag,
            RemoteTarget = e.RemoteTarget,
            LocalCSeq = state.Find(TransactionKind.InviteClient, e.Leg)?.CSeq ?? callee.LocalCSeq,
            CallerRemoteCSeq = state.A.RemoteCSeq,
            CallerExchange = OfferAnswer.Pass(default, OfferAnswer.Side.Remote, OfferAnswer.Carrier.Invite, offered).Next,
            CalleeExchange = OfferAnswer.Pass(default, OfferAnswer.Side.Local, OfferAnswer.Carrier.Invite, offered).Next,
            CalleeDescription = callee.Description,
        };
    }

    private static OfferAnswer.Carrier Carrier(uint rseq) => rseq == 0 ? OfferAnswer.Carrier.Provisional : OfferAnswer.Carrier.ReliableProvisional;
}
