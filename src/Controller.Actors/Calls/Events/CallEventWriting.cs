using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Transport;
using Kind = Controller.Actors.Calls.Events.Wire.Happened;

namespace Controller.Actors.Calls.Events;

/// <summary>Event → stored form: one line of <c>call.proto</c> is one line here.</summary>
internal static class CallEventWriting
{
    /// <summary>Adds an event to the row.</summary>
    public static void Write(StoredRow row, CallEvent happened)
    {
        row.Begin(Wire.Row.HappenedFieldNumber);
        switch (happened)
        {
            case CallEvent.Received e:
                Leg(row.Begin(Kind.ReceivedFieldNumber).At(1, e.At), 2, e.Caller).Text(3, e.Branch).Octets(4, e.Invite.Span).At(5, e.NoAnswerAt);
                break;
            case CallEvent.Routed e:
                Routed(row.Begin(Kind.RoutedFieldNumber), e);
                break;
            case CallEvent.LegTried e:
                Leg(row.Begin(Kind.LegTriedFieldNumber).At(1, e.At), 2, e.Leg).Text(3, e.Branch).Octets(4, e.Invite.Span).At(5, e.TryUntil);
                break;
            case CallEvent.LegRang e:
                row.Begin(Kind.LegRangFieldNumber).At(1, e.At).Number(2, e.Leg).Number(3, e.Status).Text(4, e.RemoteTag).Text(5, e.RemoteTarget).Texts(6, e.RouteSet)
                    .Flag(7, e.HasSession).Octets(8, e.Response.Span).Text(9, e.CallerTag).Number(10, (long)e.RSeq).Number(11, (long)e.RemoteRSeq).Number(12, (int)e.Capabilities);
                break;
            case CallEvent.LegAnswered e:
                row.Begin(Kind.LegAnsweredFieldNumber).At(1, e.At).Number(2, e.Leg).Number(3, e.Status).Text(4, e.RemoteTag).Text(5, e.RemoteTarget).Texts(6, e.RouteSet)
                    .Text(7, e.CallerTag).Octets(8, e.Response.Span).Flag(9, e.AckHeld).At(10, e.MaxDurationAt).Number(11, (int)e.Capabilities).Flag(12, e.PrackAwaited);
                break;
            case CallEvent.LegFailed e:
                row.Begin(Kind.LegFailedFieldNumber).At(1, e.At).Number(2, e.Leg).Number(3, e.Status).Octets(4, e.Ack.Span);
                break;
            case CallEvent.LegCancelled e:
                row.Begin(Kind.LegCancelledFieldNumber).At(1, e.At).Number(2, e.Leg).Text(3, e.Reason);
                break;
            case CallEvent.LegAnsweredLate e:
                row.Begin(Kind.LegAnsweredLateFieldNumber).At(1, e.At).Number(2, e.Leg).Text(3, e.RemoteTag).Text(4, e.RemoteTarget).Texts(5, e.RouteSet);
                break;
            case CallEvent.Refused e:
                Ending(row.Begin(Kind.RefusedFieldNumber).At(1, e.At), 2, e.Ending).Octets(3, e.Response.Span);
                break;
            case CallEvent.Acknowledged e:
                row.Begin(Kind.AcknowledgedFieldNumber).At(1, e.At).Number(2, e.Leg).Number(3, (long)e.CSeq).Octets(4, e.Ack.Span);
                break;
            case CallEvent.RequestAccepted e:
                Flow(row.Begin(Kind.RequestAcceptedFieldNumber).At(1, e.At).Number(2, e.Leg).Text(3, e.Branch).Number(4, (int)e.Method).Number(5, (long)e.CSeq), 6, e.Flow)
                    .Octets(7, e.Request.Span).Text(8, e.Dialog).Flag(9, e.IsHeld);
                break;
            case CallEvent.RequestSent e:
                Flow(row.Begin(Kind.RequestSentFieldNumber).At(1, e.At).Number(2, e.Leg).Text(3, e.Branch).Number(4, (int)e.Method).Number(5, (long)e.CSeq), 6, e.Flow)
                    .Text(7, e.Peer).Octets(8, e.Request.Span).Text(9, e.Dialog).Number(10, (int)e.Purpose);
                break;
            case CallEvent.RequestAnswered e:
                row.Begin(Kind.RequestAnsweredFieldNumber).At(1, e.At).Number(2, e.Leg).Text(3, e.Branch).Number(4, e.Status).Octets(5, e.Response.Span)
                    .Text(6, e.RemoteTarget).Flag(7, e.AckHeld).Number(8, (int)e.Capabilities).Flag(9, e.HasSession).Flag(10, e.Abandoned);
                break;
            case CallEvent.Ended e:
                Ending(row.Begin(Kind.EndedFieldNumber).At(1, e.At), 2, e.Ending).Flag(3, e.CallerOwed).Flag(4, e.CalleeOwed).Text(5, e.Farewell.Reason).Octets(6, e.Farewell.Bye.Span);
                break;
            case CallEvent.RingingLimited e:
                row.Begin(Kind.RingingLimitedFieldNumber).At(1, e.Until);
                break;
            case CallEvent.FlowMoved e:
                Flow(row.Begin(Kind.FlowMovedFieldNumber).Number(1, e.Leg), 2, e.Flow);
                break;
            case CallEvent.CSeqSkipped e:
                row.Begin(Kind.CseqSkippedFieldNumber).Number(1, e.Leg).Number(2, (long)e.CSeq);
                break;
            case CallEvent.SecondAnswerHungUp e:
                Flow(row.Begin(Kind.SecondAnswerHungUpFieldNumber).At(1, e.At).Number(2, e.Leg).Text(3, e.Branch).Number(4, (long)e.CSeq), 5, e.Flow)
                    .Octets(6, e.Request.Span).Text(7, e.RemoteTag);
                break;
            case CallEvent.EarlyDialogEnded e:
                row.Begin(Kind.EarlyDialogEndedFieldNumber).At(1, e.At).Text(2, e.CallerTag);
                break;
            case CallEvent.ProvisionalAcknowledged e:
                row.Begin(Kind.ProvisionalAcknowledgedFieldNumber).At(1, e.At).Text(2, e.CallerTag).Number(3, (long)e.RSeq);
                break;
            case CallEvent.RefusalAcknowledged e:
                row.Begin(Kind.RefusalAcknowledgedFieldNumber).At(1, e.At).Text(2, e.Branch);
                break;
            case CallEvent.ByeSettled e:
                row.Begin(Kind.ByeSettledFieldNumber).At(1, e.At).Text(2, e.Branch).Number(3, e.Status);
                break;
            case CallEvent.ByeAnswered e:
                row.Begin(Kind.ByeAnsweredFieldNumber).Text(1, e.Branch).Number(2, e.Status);
                break;
            case CallEvent.Challenged e:
                Challenged(row.Begin(Kind.ChallengedFieldNumber), e);
                break;
            case CallEvent.SessionTimed e:
                Timer(row.Begin(Kind.SessionTimedFieldNumber).Number(1, e.Leg), 2, e.Timer);
                break;
            case CallEvent.LegTriedAgain e:
                Flow(row.Begin(Kind.LegTriedAgainFieldNumber).At(1, e.At).Number(2, e.Leg).Text(3, e.Branch).Number(4, (long)e.CSeq).Octets(5, e.Invite.Span).Octets(6, e.Ack.Span), 7, e.Flow);
                break;
            case CallEvent.Redirected e:
                row.Begin(Kind.RedirectedFieldNumber).Number(1, e.Leg);
                foreach (Target target in e.Targets)
                {
                    Target(row, 2, target);
                }

                break;
            case CallEvent.RefreshAnswered e:
                Timer(row.Begin(Kind.RefreshAnsweredFieldNumber).At(1, e.At).Number(2, e.Leg).Text(3, e.Branch).Number(4, e.Status), 5, e.Timer).Text(6, e.RemoteTarget);
                break;
            default:
                TransferEventWire.Write(row, happened);
                break;
        }

        row.End().End();
    }

    internal static StoredRow Routed(StoredRow row, CallEvent.Routed e)
    {
        row.Text(1, e.Route);
        foreach (Target target in e.Targets)
        {
            Target(row, 2, target);
        }

        return row.Flag(3, e.Parallel).Numbers(4, e.RetryOn).Number(5, e.BudgetUntil == Instant.Never ? 0 : e.BudgetUntil.Milliseconds);
    }

    internal static StoredRow Leg(StoredRow row, int field, Leg leg)
    {
        row.Begin(field).Number(1, leg.Number).Number(2, (int)leg.State).Text(3, leg.CallIdValue).Text(4, leg.LocalTag).Text(5, leg.RemoteTag).Text(6, leg.LocalParty)
            .Text(7, leg.RemoteParty).Text(8, leg.RemoteTarget).Texts(9, leg.RouteSet).Number(10, (long)leg.LocalCSeq).Number(11, (long)leg.RemoteCSeq);
        return Flow(row, 12, leg.Flow).Text(13, leg.SentBy).Text(14, leg.Contact).Text(15, leg.Realm).Text(16, leg.Trunk).Number(17, (int)leg.Capabilities).End();
    }

    private static StoredRow Target(StoredRow row, int field, Target target)
    {
        row.Begin(field).Text(1, target.Uri).Text(2, target.RemoteParty);
        if (target.Flow is { } flow)
        {
            Flow(row, 3, flow);
        }

        return row.Text(4, target.Host).Number(5, target.Port).Number(6, (int)target.Transport).Number(7, target.Listener).Text(8, target.Trunk).Text(9, target.Replaces)
            .Flag(10, target.IsRedirected).Flag(11, target.AnyTransport).Flag(12, target.IsAlternative).Flag(13, target.IsUdpOnly).End();
    }

    private static StoredRow Flow(StoredRow row, int field, Flow flow)
    {
        Span<byte> address = stackalloc byte[16];
        flow.Remote.Address.TryWriteBytes(address, out int length);
        return row.Begin(field).Number(1, (int)flow.Transport).Number(2, flow.Listener).Octets(3, address[..length]).Number(4, flow.Remote.Port)
            .Number(5, flow.Connection).Number(6, flow.ReconnectPort).End();
    }

    private static StoredRow Ending(StoredRow row, int field, Ending ending) =>
        row.Begin(field).Utf8(1, ending.Result).Number(2, ending.Status).Utf8(3, ending.Cause).Utf8(4, ending.EndedBy).End();

    private static StoredRow Timer(StoredRow row, int field, SessionTimer timer) =>
        row.Begin(field).Number(1, timer.Interval).Flag(2, timer.WeRefresh).Flag(3, timer.IsMutual).Number(4, timer.MinSe).Flag(5, timer.NoUpdate)
            .At(6, timer.RefreshAt).At(7, timer.ExpiresAt).End();

    private static void Challenged(StoredRow row, CallEvent.Challenged e)
    {
        row.At(1, e.At).Number(2, e.Leg).Text(3, e.Branch).Octets(4, e.Ack.Span);
        foreach (AnsweredChallenge challenge in e.Challenges)
        {
            row.Begin(5).Flag(1, challenge.IsProxy).Text(2, challenge.Value).Number(3, (long)challenge.Uses).End();
        }

        Flow(row.Text(6, e.RetryBranch).Number(7, (long)e.CSeq), 8, e.Flow).Octets(9, e.Request.Span);
    }
}
