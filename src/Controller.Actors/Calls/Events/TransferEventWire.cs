using Controller.Actors.Calls.State;
using static Controller.Actors.Calls.Events.CallEventReading;
using static Controller.Actors.Calls.Events.CallEventWriting;

namespace Controller.Actors.Calls.Events;

/// <summary>Stored form of the events of transfers, both ways: kinds 40 to 49.</summary>
internal static class TransferEventWire
{
    /// <summary>Null: no event of a transfer.</summary>
    public static Wire.Happened? ToWire(CallEvent happened) => happened switch
    {
        CallEvent.ReferralStarted { Referral: var r } => new()
        {
            ReferralStarted = new() { Leg = (uint)r.Leg, Cseq = r.CSeq, Notifier = (uint)r.Notifier, NotifierCseq = r.NotifierCSeq, ExpiresAt = r.ExpiresAt.Milliseconds },
        },
        CallEvent.ReferralExtended e => new() { ReferralExtended = new() { Leg = (uint)e.Leg, Cseq = e.CSeq, ExpiresAt = e.ExpiresAt.Milliseconds } },
        CallEvent.ReferralEnded e => new() { ReferralEnded = new() { Leg = (uint)e.Leg, Cseq = e.CSeq } },
        CallEvent.TransferStarted e => new()
        {
            TransferStarted = new() { At = e.At.Milliseconds, Referrer = (uint)e.Referrer, Refer = Bytes(e.Refer), IsNotified = e.IsNotified, GiveUpAt = e.GiveUpAt.Milliseconds },
        },
        CallEvent.TransferRouted e => new() { TransferRouted = new() { Routed = CallEventWriting.ToWire(new CallEvent.Routed("", e.Targets, Parallel: false)) } },
        CallEvent.TransferTried e => new() { TransferTried = new() { At = e.At.Milliseconds, Leg = CallEventWriting.ToWire(e.Leg), Branch = Text(e.Branch), Invite = Bytes(e.Invite) } },
        CallEvent.TransferAnswered e => new() { TransferAnswered = Answered(e) },
        CallEvent.TransferJoinSet e => new() { TransferJoinSet = new() { Branch = Text(e.Branch), At = e.At.Milliseconds } },
        CallEvent.TransferEnded e => new() { TransferEnded = new() { At = e.At.Milliseconds, Status = (uint)e.Status, RemoteTarget = Text(e.RemoteTarget), Joined = e.Joined } },
        CallEvent.PartyLeft e => new() { PartyLeft = new() { Leg = (uint)e.Leg } },
        _ => null,
    };

    private static Wire.TransferAnswered Answered(CallEvent.TransferAnswered e)
    {
        var wire = new Wire.TransferAnswered
        {
            At = e.At.Milliseconds,
            Leg = (uint)e.Leg,
            Status = (uint)e.Status,
            RemoteTag = Text(e.RemoteTag),
            RemoteTarget = Text(e.RemoteTarget),
            Offer = Bytes(e.Offer),
            Capabilities = (uint)e.Capabilities,
        };
        wire.RouteSet.AddRange(e.RouteSet.Select(Text));
        return wire;
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
