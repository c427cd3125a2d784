using Controller.Actors.Calls.State;
using static Controller.Actors.Calls.Events.CallEventReading;
using Kind = Controller.Actors.Calls.Events.Wire.Happened;

namespace Controller.Actors.Calls.Events;

/// <summary>Stored form of the events of transfers, both ways: kinds 40 to 49.</summary>
internal static class TransferEventWire
{
    /// <summary>Begins the kind of the event, and leaves it open.</summary>
    public static void Write(StoredRow row, CallEvent happened)
    {
        switch (happened)
        {
            case CallEvent.ReferralStarted { Referral: var r }:
                row.Begin(Kind.ReferralStartedFieldNumber).Number(1, r.Leg).Number(2, (long)r.CSeq).Number(3, r.Notifier).Number(4, (long)r.NotifierCSeq).At(5, r.ExpiresAt);
                break;
            case CallEvent.ReferralExtended e:
                row.Begin(Kind.ReferralExtendedFieldNumber).Number(1, e.Leg).Number(2, (long)e.CSeq).At(3, e.ExpiresAt);
                break;
            case CallEvent.ReferralEnded e:
                row.Begin(Kind.ReferralEndedFieldNumber).Number(1, e.Leg).Number(2, (long)e.CSeq);
                break;
            case CallEvent.TransferStarted e:
                row.Begin(Kind.TransferStartedFieldNumber).At(1, e.At).Number(2, e.Referrer).Octets(3, e.Refer.Span).Flag(4, e.IsNotified).At(5, e.GiveUpAt);
                break;
            case CallEvent.TransferRouted e:
                CallEventWriting.Routed(row.Begin(Kind.TransferRoutedFieldNumber).Begin(1), new CallEvent.Routed("", e.Targets, Parallel: false)).End();
                break;
            case CallEvent.TransferTried e:
                CallEventWriting.Leg(row.Begin(Kind.TransferTriedFieldNumber).At(1, e.At), 2, e.Leg).Text(3, e.Branch).Octets(4, e.Invite.Span);
                break;
            case CallEvent.TransferAnswered e:
                row.Begin(Kind.TransferAnsweredFieldNumber).At(1, e.At).Number(2, e.Leg).Number(3, e.Status).Text(4, e.RemoteTag).Text(5, e.RemoteTarget).Texts(6, e.RouteSet)
                    .Octets(7, e.Offer.Span).Number(8, (int)e.Capabilities);
                break;
            case CallEvent.TransferJoinSet e:
                row.Begin(Kind.TransferJoinSetFieldNumber).Text(1, e.Branch).At(2, e.At);
                break;
            case CallEvent.TransferEnded e:
                row.Begin(Kind.TransferEndedFieldNumber).At(1, e.At).Number(2, e.Status).Text(3, e.RemoteTarget).Flag(4, e.Joined);
                break;
            case CallEvent.PartyLeft e:
                row.Begin(Kind.PartyLeftFieldNumber).Number(1, e.Leg);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(happened), happened.GetType().Name, "this event is not stored");
        }
    }

    /// <summary>Null: no event of a transfer.</summary>
    public static CallEvent? FromWire(Wire.Happened happened) => happened.KindCase switch
    {
        Wire.Happened.KindOneofCase.ReferralStarted => new CallEvent.ReferralStarted(new Referral(
            (int)happened.ReferralStarted.Leg, happened.ReferralStarted.Cseq, (int)happened.ReferralStarted.Notifier, happened.ReferralStarted.NotifierCseq,
            new(happened.ReferralStarted.ExpiresAt))),
        Wire.Happened.KindOneofCase.ReferralExtended => new CallEvent.ReferralExtended(
            (int)happened.ReferralExtended.Leg, happened.ReferralExtended.Cseq, new(happened.ReferralExtended.ExpiresAt)),
        Wire.Happened.KindOneofCase.ReferralEnded => new CallEvent.ReferralEnded((int)happened.ReferralEnded.Leg, happened.ReferralEnded.Cseq),
        Wire.Happened.KindOneofCase.TransferStarted => Started(happened.TransferStarted),
        Wire.Happened.KindOneofCase.TransferRouted => new CallEvent.TransferRouted([.. happened.TransferRouted.Routed.Targets.Select(CallEventReading.FromWire)]),
        Wire.Happened.KindOneofCase.TransferTried => new CallEvent.TransferTried(
            new(happened.TransferTried.At), CallEventReading.FromWire(happened.TransferTried.Leg), Text(happened.TransferTried.Branch), happened.TransferTried.Invite.Memory),
        Wire.Happened.KindOneofCase.TransferAnswered => Answered(happened.TransferAnswered),
        Wire.Happened.KindOneofCase.TransferJoinSet => new CallEvent.TransferJoinSet(Text(happened.TransferJoinSet.Branch), new(happened.TransferJoinSet.At)),
        Wire.Happened.KindOneofCase.TransferEnded => new CallEvent.TransferEnded(
            new(happened.TransferEnded.At), (int)happened.TransferEnded.Status, Text(happened.TransferEnded.RemoteTarget), happened.TransferEnded.Joined),
        Wire.Happened.KindOneofCase.PartyLeft => new CallEvent.PartyLeft((int)happened.PartyLeft.Leg),
        _ => null,
    };

    private static CallEvent.TransferStarted Started(Wire.TransferStarted wire) =>
        new(new(wire.At), (int)wire.Referrer, wire.Refer.Memory, wire.IsNotified, new(wire.GiveUpAt));

    private static CallEvent.TransferAnswered Answered(Wire.TransferAnswered wire) => new(
        new(wire.At), (int)wire.Leg, (int)wire.Status, Text(wire.RemoteTag), Text(wire.RemoteTarget), Texts(wire.RouteSet), wire.Offer.Memory, (LegCapabilities)wire.Capabilities);
}
