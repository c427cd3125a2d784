using Controller.Actors.Calls.State;
using Controller.Sharding.Model;
using Controller.Sip.Transport;
using Google.Protobuf;

namespace Controller.Actors.Calls.Events;

/// <summary>Event → stored form. Bytes are wrapped, not copied: they are immutable from here on.</summary>
internal static class CallEventWriting
{
    public static Wire.Happened ToWire(CallEvent happened) => happened switch
    {
        CallEvent.Received e => new() { Received = new() { At = e.At.Milliseconds, Caller = ToWire(e.Caller), Branch = Text(e.Branch), Invite = Bytes(e.Invite), NoAnswerAt = e.NoAnswerAt.Milliseconds } },
        CallEvent.Routed e => new() { Routed = ToWire(e) },
        CallEvent.LegTried e => new() { LegTried = new() { At = e.At.Milliseconds, Leg = ToWire(e.Leg), Branch = Text(e.Branch), Invite = Bytes(e.Invite), TryUntil = e.TryUntil.Milliseconds } },
        CallEvent.LegRang e => new() { LegRang = ToWire(e) },
        CallEvent.LegAnswered e => new() { LegAnswered = ToWire(e) },
        CallEvent.LegFailed e => new() { LegFailed = new() { At = e.At.Milliseconds, Leg = (uint)e.Leg, Status = (uint)e.Status, Ack = Bytes(e.Ack) } },
        CallEvent.LegCancelled e => new() { LegCancelled = new() { At = e.At.Milliseconds, Leg = (uint)e.Leg, Reason = Text(e.Reason) } },
        CallEvent.LegAnsweredLate e => new() { LegAnsweredLate = ToWire(e) },
        CallEvent.Refused e => new() { Refused = new() { At = e.At.Milliseconds, Ending = ToWire(e.Ending), Response = Bytes(e.Response) } },
        CallEvent.Acknowledged e => new() { Acknowledged = new() { At = e.At.Milliseconds, Leg = (uint)e.Leg, Cseq = e.CSeq, Ack = Bytes(e.Ack) } },
        CallEvent.RequestAccepted e => new() { RequestAccepted = new() { At = e.At.Milliseconds, Leg = (uint)e.Leg, Branch = Text(e.Branch), Method = (uint)e.Method, Cseq = e.CSeq, Flow = ToWire(e.Flow), Request = Bytes(e.Request), Dialog = Text(e.Dialog), IsHeld = e.IsHeld } },
        CallEvent.RequestSent e => new() { RequestSent = new() { At = e.At.Milliseconds, Leg = (uint)e.Leg, Branch = Text(e.Branch), Method = (uint)e.Method, Cseq = e.CSeq, Flow = ToWire(e.Flow), Peer = Text(e.Peer), Request = Bytes(e.Request), Purpose = (uint)e.Purpose, Dialog = Text(e.Dialog) } },
        CallEvent.RequestAnswered e => new() { RequestAnswered = new() { At = e.At.Milliseconds, Leg = (uint)e.Leg, Branch = Text(e.Branch), Status = (uint)e.Status, Response = Bytes(e.Response), RemoteTarget = Text(e.RemoteTarget), AckHeld = e.AckHeld, Capabilities = (uint)e.Capabilities, HasSession = e.HasSession, Abandoned = e.Abandoned } },
        CallEvent.Ended e => new() { Ended = new() { At = e.At.Milliseconds, Ending = ToWire(e.Ending), CallerOwed = e.CallerOwed, CalleeOwed = e.CalleeOwed, Reason = Text(e.Farewell.Reason), Bye = Bytes(e.Farewell.Bye) } },
        CallEvent.RingingLimited e => new() { RingingLimited = new() { Until = e.Until.Milliseconds } },
        CallEvent.FlowMoved e => new() { FlowMoved = new() { Leg = (uint)e.Leg, Flow = ToWire(e.Flow) } },
        CallEvent.CSeqSkipped e => new() { CseqSkipped = new() { Leg = (uint)e.Leg, Cseq = e.CSeq } },
        CallEvent.SecondAnswerHungUp e => new() { SecondAnswerHungUp = new() { At = e.At.Milliseconds, Leg = (uint)e.Leg, Branch = Text(e.Branch), Cseq = e.CSeq, Flow = ToWire(e.Flow), Request = Bytes(e.Request), RemoteTag = Text(e.RemoteTag) } },
        CallEvent.EarlyDialogEnded e => new() { EarlyDialogEnded = new() { At = e.At.Milliseconds, CallerTag = Text(e.CallerTag) } },
        CallEvent.ProvisionalAcknowledged e => new() { ProvisionalAcknowledged = new() { At = e.At.Milliseconds, CallerTag = Text(e.CallerTag), Rseq = e.RSeq } },
        CallEvent.RefusalAcknowledged e => new() { RefusalAcknowledged = new() { At = e.At.Milliseconds, Branch = Text(e.Branch) } },
        CallEvent.ByeSettled e => new() { ByeSettled = new() { At = e.At.Milliseconds, Branch = Text(e.Branch), Status = (uint)e.Status } },
        CallEvent.ByeAnswered e => new() { ByeAnswered = new() { Branch = Text(e.Branch), Status = (uint)e.Status } },
        CallEvent.Challenged e => new() { Challenged = ToWire(e) },
        CallEvent.SessionTimed e => new() { SessionTimed = new() { Leg = (uint)e.Leg, Timer = ToWire(e.Timer) } },
        CallEvent.LegTriedAgain e => new() { LegTriedAgain = new() { At = e.At.Milliseconds, Leg = (uint)e.Leg, Branch = Text(e.Branch), Cseq = e.CSeq, Invite = Bytes(e.Invite), Ack = Bytes(e.Ack), Flow = ToWire(e.Flow) } },
        CallEvent.Redirected e => new() { Redirected = new() { Leg = (uint)e.Leg, Targets = { e.Targets.Select(ToWire) } } },
        CallEvent.RefreshAnswered e => new() { RefreshAnswered = new() { At = e.At.Milliseconds, Leg = (uint)e.Leg, Branch = Text(e.Branch), Status = (uint)e.Status, Timer = ToWire(e.Timer), RemoteTarget = Text(e.RemoteTarget) } },
        _ => TransferEventWire.ToWire(happened) ?? throw new ArgumentOutOfRangeException(nameof(happened), happened.GetType().Name, "this event is not stored"),
    };

    public static Wire.Routed ToWire(CallEvent.Routed e)
    {
        var wire = new Wire.Routed { Route = Text(e.Route), Parallel = e.Parallel, BudgetUntil = e.BudgetUntil == Instant.Never ? 0 : e.BudgetUntil.Milliseconds };
        wire.Targets.AddRange(e.Targets.Select(ToWire));
        wire.RetryOn.AddRange(e.RetryOn.Select(status => (uint)status));
        return wire;
    }

    internal static Wire.Target ToWire(Target target)
    {
        var stored = new Wire.Target
        {
            Uri = Text(target.Uri),
            RemoteParty = Text(target.RemoteParty),
            Host = Text(target.Host),
            Port = (uint)target.Port,
            Transport = (uint)target.Transport,
            Listener = (uint)target.Listener,
            Trunk = Text(target.Trunk),
            Replaces = Text(target.Replaces),
            Redirected = target.IsRedirected,
            AnyTransport = target.AnyTransport,
            Alternative = target.IsAlternative,
            UdpOnly = target.IsUdpOnly,
        };
        if (target.Flow is { } flow)
        {
            stored.Flow = ToWire(flow);
        }

        return stored;
    }

    private static Wire.LegRang ToWire(CallEvent.LegRang e)
    {
        var wire = new Wire.LegRang
        {
            At = e.At.Milliseconds,
            Leg = (uint)e.Leg,
            Status = (uint)e.Status,
            RemoteTag = Text(e.RemoteTag),
            RemoteTarget = Text(e.RemoteTarget),
            HasSession = e.HasSession,
            Response = Bytes(e.Response),
            CallerTag = Text(e.CallerTag),
            Rseq = e.RSeq,
            RemoteRseq = e.RemoteRSeq,
            Capabilities = (uint)e.Capabilities,
        };
        wire.RouteSet.AddRange(e.RouteSet.Select(Text));
        return wire;
    }

    private static Wire.LegAnswered ToWire(CallEvent.LegAnswered e)
    {
        var wire = new Wire.LegAnswered
        {
            At = e.At.Milliseconds,
            Leg = (uint)e.Leg,
            Status = (uint)e.Status,
            RemoteTag = Text(e.RemoteTag),
            RemoteTarget = Text(e.RemoteTarget),
            CallerTag = Text(e.CallerTag),
            Response = Bytes(e.Response),
            AckHeld = e.AckHeld,
            MaxDurationAt = e.MaxDurationAt.Milliseconds,
            Capabilities = (uint)e.Capabilities,
            PrackAwaited = e.PrackAwaited,
        };
        wire.RouteSet.AddRange(e.RouteSet.Select(Text));
        return wire;
    }

    private static Wire.LegAnsweredLate ToWire(CallEvent.LegAnsweredLate e)
    {
        var wire = new Wire.LegAnsweredLate { At = e.At.Milliseconds, Leg = (uint)e.Leg, RemoteTag = Text(e.RemoteTag), RemoteTarget = Text(e.RemoteTarget) };
        wire.RouteSet.AddRange(e.RouteSet.Select(Text));
        return wire;
    }

    private static Wire.Challenged ToWire(CallEvent.Challenged e)
    {
        var wire = new Wire.Challenged
        {
            At = e.At.Milliseconds,
            Leg = (uint)e.Leg,
            Branch = Text(e.Branch),
            Ack = Bytes(e.Ack),
            RetryBranch = Text(e.RetryBranch),
            Cseq = e.CSeq,
            Flow = ToWire(e.Flow),
            Request = Bytes(e.Request),
        };
        wire.Challenges.AddRange(e.Challenges.Select(challenge => new Wire.AnsweredChallenge { IsProxy = challenge.IsProxy, Value = Text(challenge.Value), Uses = challenge.Uses }));
        return wire;
    }

    private static Wire.SessionTimer ToWire(SessionTimer timer) => new()
    {
        Interval = (uint)timer.Interval,
        WeRefresh = timer.WeRefresh,
        IsMutual = timer.IsMutual,
        MinSe = (uint)timer.MinSe,
        NoUpdate = timer.NoUpdate,
        RefreshAt = timer.RefreshAt.Milliseconds,
        ExpiresAt = timer.ExpiresAt.Milliseconds,
    };

    private static Wire.Ending ToWire(Ending ending) =>
        new() { Result = ending.Result, Status = (uint)ending.Status, Cause = ending.Cause, EndedBy = ending.EndedBy };

    internal static Wire.Leg ToWire(Leg leg)
    {
        var wire = new Wire.Leg
        {
            Number = (uint)leg.Number,
            State = (uint)leg.State,
            CallId = Text(leg.CallIdValue),
            LocalTag = Text(leg.LocalTag),
            RemoteTag = Text(leg.RemoteTag),
            LocalParty = Text(leg.LocalParty),
            RemoteParty = Text(leg.RemoteParty),
            RemoteTarget = Text(leg.RemoteTarget),
            LocalCseq = leg.LocalCSeq,
            RemoteCseq = leg.RemoteCSeq,
            Flow = ToWire(leg.Flow),
            SentBy = Text(leg.SentBy),
            Contact = Text(leg.Contact),
            Realm = Text(leg.Realm),
            Trunk = Text(leg.Trunk),
            Capabilities = (uint)leg.Capabilities,
        };
        wire.RouteSet.AddRange(leg.RouteSet.Select(Text));
        return wire;
    }

    internal static Wire.Flow ToWire(Flow flow) => new()
    {
        Transport = (uint)flow.Transport,
        Listener = (uint)flow.Listener,
        Address = ByteString.CopyFrom(flow.Remote.Address.GetAddressBytes()),
        Port = (uint)flow.Remote.Port,
        Connection = flow.Connection,
        ReconnectPort = (uint)flow.ReconnectPort,
    };

    internal static ByteString Text(string latin1) => latin1.Length == 0 ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(Latin1.Octets(latin1));

    internal static ByteString Bytes(ReadOnlyMemory<byte> bytes) => bytes.IsEmpty ? ByteString.Empty : UnsafeByteOperations.UnsafeWrap(bytes);
}
