using Controller.Actors.Calls.State;

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
        _ => null,
    };

    /// <summary>Null: no event of a transfer.</summary>
    public static CallEvent? FromWire(Wire.Happened happened) => happened.KindCase switch
    {
        Wire.Happened.KindOneofCase.ReferralStarted => new CallEvent.ReferralStarted(new Referral(
            (int)happened.ReferralStarted.Leg, happened.ReferralStarted.Cseq, (int)happened.ReferralStarted.Notifier, happened.ReferralStarted.NotifierCseq,
            new(happened.ReferralStarted.ExpiresAt))),
        Wire.Happened.KindOneofCase.ReferralExtended => new CallEvent.ReferralExtended(
            (int)happened.ReferralExtended.Leg, happened.ReferralExtended.Cseq, new(happened.ReferralExtended.ExpiresAt)),
        Wire.Happened.KindOneofCase.ReferralEnded => new CallEvent.ReferralEnded((int)happened.ReferralEnded.Leg, happened.ReferralEnded.Cseq),
        _ => null,
    };
}
