using System.Collections.Immutable;
using System.Net;
using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transport;
using Google.Protobuf;

namespace Controller.Actors.Calls.Events;

/// <summary>Stored form → event. A kind that this version does not know is an error: a call must not go on half understood.</summary>
internal static class CallEventReading
{
    public static CallEvent FromWire(Wire.Happened happened) => happened.KindCase switch
    {
        Wire.Happened.KindOneofCase.Received => FromWire(happened.Received),
        Wire.Happened.KindOneofCase.Routed => new CallEvent.Routed(Text(happened.Routed.Route), [.. happened.Routed.Targets.Select(FromWire)], happened.Routed.Parallel)
        {
            RetryOn = [.. happened.Routed.RetryOn.Select(status => (int)status)],
            BudgetUntil = happened.Routed.BudgetUntil == 0 ? Instant.Never : new(happened.Routed.BudgetUntil),
        },
        Wire.Happened.KindOneofCase.LegTried => FromWire(happened.LegTried),
        Wire.Happened.KindOneofCase.LegRang => FromWire(happened.LegRang),
        Wire.Happened.KindOneofCase.LegAnswered => FromWire(happened.LegAnswered),
        Wire.Happened.KindOneofCase.LegFailed => new CallEvent.LegFailed(
            new(happened.LegFailed.At), (int)happened.LegFailed.Leg, (int)happened.LegFailed.Status, happened.LegFailed.Ack.Memory),
        Wire.Happened.KindOneofCase.LegCancelled => new CallEvent.LegCancelled(new(happened.LegCancelled.At), (int)happened.LegCancelled.Leg) { Reason = Text(happened.LegCancelled.Reason) },
        Wire.Happened.KindOneofCase.LegAnsweredLate => FromWire(happened.LegAnsweredLate),
        Wire.Happened.KindOneofCase.Refused => new CallEvent.Refused(new(happened.Refused.At), FromWire(happened.Refused.Ending), happened.Refused.Response.Memory),
        Wire.Happened.KindOneofCase.Acknowledged => new CallEvent.Acknowledged(
            new(happened.Acknowledged.At), (int)happened.Acknowledged.Leg, happened.Acknowledged.Cseq, happened.Acknowledged.Ack.Memory),
        Wire.Happened.KindOneofCase.RequestAccepted => FromWire(happened.RequestAccepted),
        Wire.Happened.KindOneofCase.RequestSent => FromWire(happened.RequestSent),
        Wire.Happened.KindOneofCase.RequestAnswered => FromWire(happened.RequestAnswered),
        Wire.Happened.KindOneofCase.Ended => FromWire(happened.Ended),
        Wire.Happened.KindOneofCase.FlowMoved => new CallEvent.FlowMoved((int)happened.FlowMoved.Leg, FromWire(happened.FlowMoved.Flow)),
        Wire.Happened.KindOneofCase.RingingLimited => new CallEvent.RingingLimited(new(happened.RingingLimited.Until)),
        Wire.Happened.KindOneofCase.CseqSkipped => new CallEvent.CSeqSkipped((int)happened.CseqSkipped.Leg, happened.CseqSkipped.Cseq),
        Wire.Happened.KindOneofCase.SecondAnswerHungUp => FromWire(happened.SecondAnswerHungUp),
        Wire.Happened.KindOneofCase.EarlyDialogEnded => new CallEvent.EarlyDialogEnded(new(happened.EarlyDialogEnded.At), Text(happened.EarlyDialogEnded.CallerTag)),
        Wire.Happened.KindOneofCase.ProvisionalAcknowledged => new CallEvent.ProvisionalAcknowledged(
            new(happened.ProvisionalAcknowledged.At), Text(happened.ProvisionalAcknowledged.CallerTag), happened.ProvisionalAcknowledged.Rseq),
        Wire.Happened.KindOneofCase.RefusalAcknowledged => new CallEvent.RefusalAcknowledged(new(happened.RefusalAcknowledged.At), Text(happened.RefusalAcknowledged.Branch)),
        Wire.Happened.KindOneofCase.ByeSettled => new CallEvent.ByeSettled(new(happened.ByeSettled.At), Text(happened.ByeSettled.Branch), (int)happened.ByeSettled.Status),
        Wire.Happened.KindOneofCase.ByeAnswered => new CallEvent.ByeAnswered(Text(happened.ByeAnswered.Branch), (int)happened.ByeAnswered.Status),
        Wire.Happened.KindOneofCase.SessionTimed => new CallEvent.SessionTimed((int)happened.SessionTimed.Leg, FromWire(happened.SessionTimed.Timer)),
        Wire.Happened.KindOneofCase.LegTriedAgain => FromWire(happened.LegTriedAgain),
        Wire.Happened.KindOneofCase.Challenged => FromWire(happened.Challenged),
        Wire.Happened.KindOneofCase.Redirected => new CallEvent.Redirected((int)happened.Redirected.Leg, [.. happened.Redirected.Targets.Select(FromWire)]),
        Wire.Happened.KindOneofCase.RefreshAnswered => FromWire(happened.RefreshAnswered),
        _ => TransferEventWire.FromWire(happened) ?? throw new FormatException("an event of a call that this version does not know"),
    };

    private static CallEvent.Received FromWire(Wire.Received wire) =>
        new(new(wire.At), FromWire(wire.Caller), Text(wire.Branch), wire.Invite.Memory, new(wire.NoAnswerAt));

    private static CallEvent.LegTried FromWire(Wire.LegTried wire) =>
        new(new(wire.At), FromWire(wire.Leg), Text(wire.Branch), wire.Invite.Memory, new(wire.TryUntil));

    private static CallEvent.LegRang FromWire(Wire.LegRang wire) => new(
        new(wire.At), (int)wire.Leg, (int)wire.Status, Text(wire.RemoteTag), Text(wire.RemoteTarget), Texts(wire.RouteSet), wire.HasSession, wire.Response.Memory)
    {
        CallerTag = Text(wire.CallerTag),
        RSeq = wire.Rseq,
        RemoteRSeq = wire.RemoteRseq,
        Capabilities = (LegCapabilities)wire.Capabilities,
    };

    private static CallEvent.LegAnswered FromWire(Wire.LegAnswered wire) => new(
        new(wire.At), (int)wire.Leg, (int)wire.Status, Text(wire.RemoteTag), Text(wire.RemoteTarget), Texts(wire.RouteSet), Text(wire.CallerTag),
        wire.Response.Memory, wire.AckHeld, new(wire.MaxDurationAt))
    {
        Capabilities = (LegCapabilities)wire.Capabilities,
        PrackAwaited = wire.PrackAwaited,
    };

    private static CallEvent.LegAnsweredLate FromWire(Wire.LegAnsweredLate wire) =>
        new(new(wire.At), (int)wire.Leg, Text(wire.RemoteTag), Text(wire.RemoteTarget), Texts(wire.RouteSet));

    private static CallEvent.RequestAccepted FromWire(Wire.RequestAccepted wire) => new(
        new(wire.At), (int)wire.Leg, Text(wire.Branch), (SipMethod)wire.Method, wire.Cseq, FromWire(wire.Flow), wire.Request.Memory)
    {
        Dialog = Text(wire.Dialog),
        IsHeld = wire.IsHeld,
    };

    private static CallEvent.RequestSent FromWire(Wire.RequestSent wire) => new(
        new(wire.At), (int)wire.Leg, Text(wire.Branch), (SipMethod)wire.Method, wire.Cseq, FromWire(wire.Flow), Text(wire.Peer), wire.Request.Memory)
    {
        Purpose = (RequestPurpose)wire.Purpose,
        Dialog = Text(wire.Dialog),
    };

    private static CallEvent.RequestAnswered FromWire(Wire.RequestAnswered wire) => new(
        new(wire.At), (int)wire.Leg, Text(wire.Branch), (int)wire.Status, wire.Response.Memory, Text(wire.RemoteTarget), wire.AckHeld)
    {
        Capabilities = (LegCapabilities)wire.Capabilities,
        HasSession = wire.HasSession,
        Abandoned = wire.Abandoned,
    };

    private static CallEvent.SecondAnswerHungUp FromWire(Wire.SecondAnswerHungUp wire) =>
        new(new(wire.At), (int)wire.Leg, Text(wire.Branch), wire.Cseq, FromWire(wire.Flow), wire.Request.Memory) { RemoteTag = Text(wire.RemoteTag) };

    private static CallEvent.LegTriedAgain FromWire(Wire.LegTriedAgain wire) =>
        new(new(wire.At), (int)wire.Leg, Text(wire.Branch), wire.Cseq, FromWire(wire.Flow), wire.Invite.Memory, wire.Ack.Memory);

    private static CallEvent.Challenged FromWire(Wire.Challenged wire) => new(
        new(wire.At), (int)wire.Leg, Text(wire.Branch), wire.Ack.Memory,
        [.. wire.Challenges.Select(challenge => new AnsweredChallenge(challenge.IsProxy, Text(challenge.Value), challenge.Uses))],
        Text(wire.RetryBranch), wire.Cseq, FromWire(wire.Flow), wire.Request.Memory);

    private static CallEvent.RefreshAnswered FromWire(Wire.RefreshAnswered wire) =>
        new(new(wire.At), (int)wire.Leg, Text(wire.Branch), (int)wire.Status, FromWire(wire.Timer), Text(wire.RemoteTarget));

    private static SessionTimer FromWire(Wire.SessionTimer wire) => new()
    {
        Interval = (int)wire.Interval,
        WeRefresh = wire.WeRefresh,
        IsMutual = wire.IsMutual,
        MinSe = (int)wire.MinSe,
        NoUpdate = wire.NoUpdate,
        RefreshAt = new(wire.RefreshAt),
        ExpiresAt = new(wire.ExpiresAt),
    };

    private static CallEvent.Ended FromWire(Wire.Ended wire) =>
        new(new(wire.At), FromWire(wire.Ending), wire.CallerOwed, wire.CalleeOwed) { Farewell = new(Text(wire.Reason), wire.Bye.Memory) };

    private static Ending FromWire(Wire.Ending wire) => new(wire.Result, (int)wire.Status, wire.Cause, wire.EndedBy);

    internal static Target FromWire(Wire.Target wire) => new(
        Text(wire.Uri), Text(wire.RemoteParty), wire.Flow is null ? null : FromWire(wire.Flow), Text(wire.Host), (int)wire.Port,
        (SipTransport)wire.Transport, (int)wire.Listener, Text(wire.Trunk), Text(wire.Replaces))
    { IsRedirected = wire.Redirected, AnyTransport = wire.AnyTransport, IsAlternative = wire.Alternative, IsUdpOnly = wire.UdpOnly };

    internal static Leg FromWire(Wire.Leg wire) => new()
    {
        Number = (int)wire.Number,
        State = (LegState)wire.State,
        CallIdValue = Text(wire.CallId),
        LocalTag = Text(wire.LocalTag),
        RemoteTag = Text(wire.RemoteTag),
        LocalParty = Text(wire.LocalParty),
        RemoteParty = Text(wire.RemoteParty),
        RemoteTarget = Text(wire.RemoteTarget),
        RouteSet = Texts(wire.RouteSet),
        LocalCSeq = wire.LocalCseq,
        RemoteCSeq = wire.RemoteCseq,
        Flow = FromWire(wire.Flow),
        SentBy = Text(wire.SentBy),
        Contact = Text(wire.Contact),
        Realm = Text(wire.Realm),
        Trunk = Text(wire.Trunk),
        Capabilities = (LegCapabilities)wire.Capabilities,
    };

    internal static Flow FromWire(Wire.Flow wire) =>
        new((SipTransport)wire.Transport, (int)wire.Listener, new IPEndPoint(new IPAddress(wire.Address.Span), (int)wire.Port), wire.Connection, (int)wire.ReconnectPort);

    public static ImmutableArray<string> Texts(IEnumerable<ByteString> wire) => [.. wire.Select(Text)];

    internal static string Text(ByteString latin1) => Latin1.Text(latin1.Span);
}
