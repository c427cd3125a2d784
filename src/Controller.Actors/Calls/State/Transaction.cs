using Controller.Sharding.Model;
using Controller.Sip.Messages;
using Controller.Sip.Transactions;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.State;

public enum TransactionKind : byte
{
    InviteClient = 1,
    InviteServer = 2,
    NonInviteClient = 3,
    NonInviteServer = 4,
}

/// <summary>
/// One live transaction of a leg: which of the four machines of RFC 3261 section 17, where it stands, its two deadlines, and the bytes that
/// it may have to send again. The machines themselves are pure and live in <c>Controller.Sip.Transactions</c>.
/// </summary>
public sealed record Transaction
{
    // Letters and instants apart: side by side they would take another eight octets each.
    private readonly TransactionTimer _retransmitTimer;
    private readonly TransactionTimer _timeoutTimer;
    private readonly Instant _retransmitAt = Instant.Never;
    private readonly Instant _timeoutAt = Instant.Never;
    private readonly TransactionTies _ties = TransactionTies.None;

    public required TransactionKind Kind { get; init; }
    public required int Leg { get; init; }

    /// <summary>Top Via branch. Server transactions: the peer's (with sent-by, for the rule of section 17.2.3); client transactions: ours.</summary>
    public required string Branch { get; init; }
    public required SipMethod Method { get; init; }
    public required uint CSeq { get; init; }
    public required Flow Flow { get; init; }
    public required Instant StartedAt { get; init; }

    /// <summary>The phase of the machine, as its own enumeration numbers it.</summary>
    public byte Phase { get; init; }
    public TimeSpan RetransmitInterval { get; init; }

    public Deadline Retransmit
    {
        get => new(_retransmitTimer, _retransmitAt);
        init => (_retransmitTimer, _retransmitAt) = (value.Timer, value.At);
    }

    public Deadline Timeout
    {
        get => new(_timeoutTimer, _timeoutAt);
        init => (_timeoutTimer, _timeoutAt) = (value.Timer, value.At);
    }

    /// <summary>Client: the request, as sent. Dropped after its final response.</summary>
    public ReadOnlyMemory<byte> Request { get; init; }

    /// <summary>Server: the request, as received, while a response to it may still have to be made.</summary>
    public SipMessage? Received { get; init; }

    /// <summary>Server: the last response. Client, INVITE: the ACK, where it cannot be made again from the leg.</summary>
    public ReadOnlyMemory<byte> Last { get; init; }

    /// <summary>Branch of the transaction on the other leg that this one relays or is relayed by; empty if none.</summary>
    public string Peer
    {
        get => _ties.Peer;
        init => _ties = value == _ties.Peer ? _ties : _ties with { Peer = value };
    }

    /// <summary>Server: it goes on to the other side when that has acknowledged our 2xx.</summary>
    public bool IsHeld
    {
        get => _ties.IsHeld;
        init => _ties = value == _ties.IsHeld ? _ties : _ties with { IsHeld = value };
    }

    /// <summary>Client: why we have sent it.</summary>
    public RequestPurpose Purpose
    {
        get => _ties.Purpose;
        init => _ties = value == _ties.Purpose ? _ties : _ties with { Purpose = value };
    }

    /// <summary>Client: how many challenges it answers, one after the other.</summary>
    public int Challenges
    {
        get => _ties.Challenges;
        init => _ties = value == _ties.Challenges ? _ties : _ties with { Challenges = value };
    }

    /// <summary>Client, INVITE: its lines of credentials, which the ACK of a 2xx repeats; empty if it has none.</summary>
    public string Credentials
    {
        get => _ties.Credentials;
        init => _ties = value == _ties.Credentials ? _ties : _ties with { Credentials = value };
    }

    /// <summary>The early dialog it was started in, by our tag towards the caller; empty: the leg's own dialog.</summary>
    public string Dialog
    {
        get => _ties.Dialog;
        init => _ties = value == _ties.Dialog ? _ties : _ties with { Dialog = value };
    }

    /// <summary>Client, with an offer: the description that holds again if the offer is refused (RFC 3261 section 14.1).</summary>
    public SentDescription? Before
    {
        get => _ties.Before;
        init => _ties = value == _ties.Before ? _ties : _ties with { Before = value };
    }

    /// <summary>Its offer came while another one was open: it has changed nothing, and its refusal takes nothing back.</summary>
    public bool IsUntimely
    {
        get => _ties.IsUntimely;
        init => _ties = value == _ties.IsUntimely ? _ties : _ties with { IsUntimely = value };
    }

    /// <summary>The request carries a session description.</summary>
    public bool HasOffer => IsClient ? SentDescription.After(null, Request.Span) is not null : Received is { } request && Dialogs.HasSession(request);

    public bool IsClient => Kind is TransactionKind.InviteClient or TransactionKind.NonInviteClient;

    public Instant NextDue => Instant.Earlier(Retransmit.At, Timeout.At);

    /// <summary>No final response yet.</summary>
    public bool IsPending => Kind switch
    {
        TransactionKind.InviteClient => Phase <= (byte)InviteClientTransaction.Phase.Proceeding,
        TransactionKind.InviteServer => Phase == (byte)InviteServerTransaction.Phase.Proceeding,
        _ => Phase <= (byte)NonInviteClientTransaction.Phase.Proceeding,
    };

    /// <summary>A client transaction that has seen a provisional response.</summary>
    public bool HasProvisional => Kind == TransactionKind.InviteClient && Phase == (byte)InviteClientTransaction.Phase.Proceeding;

    public static Transaction Start(
        TransactionKind kind, int leg, string branch, SipMethod method, uint cseq, Flow flow, Instant at)
    {
        bool reliable = flow.Transport.IsReliable();
        SipTimers timers = SipTimers.Default;
        Stand stand = kind switch
        {
            TransactionKind.InviteClient => Stand.Of(InviteClientTransaction.Start(reliable, timers)),
            TransactionKind.InviteServer => Stand.Of(InviteServerTransaction.Start(reliable, timers)),
            TransactionKind.NonInviteClient => Stand.Of(NonInviteClientTransaction.Start(reliable, timers)),
            _ => Stand.Of(NonInviteServerTransaction.Start(reliable, timers)),
        };
        return new Transaction
        {
            Kind = kind,
            Leg = leg,
            Branch = branch,
            Method = method,
            CSeq = cseq,
            Flow = flow,
            StartedAt = at,
            Phase = stand.Phase,
            RetransmitInterval = stand.Interval,
            Retransmit = Changed(Deadline.None, stand.Retransmit, at),
            Timeout = Changed(Deadline.None, stand.Timeout, at),
        };
    }

    /// <summary>Steps the machine; deadlines are counted from <paramref name="now"/>.</summary>
    public Transaction Step(TransactionInput input, Instant now, out TransactionEffects effects)
    {
        bool reliable = Flow.Transport.IsReliable();
        SipTimers timers = SipTimers.Default;
        switch (Kind)
        {
            case TransactionKind.InviteClient:
                var ict = InviteClientTransaction.Step(new((InviteClientTransaction.Phase)Phase, reliable, RetransmitInterval), input, timers);
                effects = ict.Effects;
                return After(Stand.Of(ict), now);
            case TransactionKind.InviteServer:
                var ist = InviteServerTransaction.Step(new((InviteServerTransaction.Phase)Phase, reliable, RetransmitInterval), input, timers);
                effects = ist.Effects;
                return After(Stand.Of(ist), now);
            case TransactionKind.NonInviteClient:
                var nict = NonInviteClientTransaction.Step(new((NonInviteClientTransaction.Phase)Phase, reliable, RetransmitInterval), input, timers);
                effects = nict.Effects;
                return After(Stand.Of(nict), now);
            default:
                var nist = NonInviteServerTransaction.Step(new((NonInviteServerTransaction.Phase)Phase, reliable, RetransmitInterval), input, timers);
                effects = nist.Effects;
                return After(Stand.Of(nist), now);
        }
    }

    /// <summary>The same transaction, if the step has changed nothing.</summary>
    private Transaction After(in Stand stand, Instant now)
    {
        Deadline retransmit = Changed(Retransmit, stand.Retransmit, now);
        Deadline timeout = Changed(Timeout, stand.Timeout, now);
        return Phase == stand.Phase && RetransmitInterval == stand.Interval && Retransmit == retransmit && Timeout == timeout
            ? this
            : this with { Phase = stand.Phase, RetransmitInterval = stand.Interval, Retransmit = retransmit, Timeout = timeout };
    }

    private static Deadline Changed(Deadline running, TimerSetting setting, Instant now) => setting.Change switch
    {
        TimerChange.Set => new Deadline(setting.Timer, now.After(setting.After)),
        TimerChange.Stop => Deadline.None,
        _ => running,
    };

    /// <summary>Where a step of any of the four machines has led.</summary>
    private readonly record struct Stand(byte Phase, TimeSpan Interval, TimerSetting Retransmit, TimerSetting Timeout)
    {
        public static Stand Of(in TransactionStep<InviteClientTransaction.State> step) =>
            new((byte)step.Next.Phase, step.Next.RetransmitInterval, step.Retransmit, step.Timeout);

        public static Stand Of(in TransactionStep<InviteServerTransaction.State> step) =>
            new((byte)step.Next.Phase, step.Next.RetransmitInterval, step.Retransmit, step.Timeout);

        public static Stand Of(in TransactionStep<NonInviteClientTransaction.State> step) =>
            new((byte)step.Next.Phase, step.Next.RetransmitInterval, step.Retransmit, step.Timeout);

        public static Stand Of(in TransactionStep<NonInviteServerTransaction.State> step) =>
            new((byte)step.Next.Phase, step.Next.RetransmitInterval, step.Retransmit, step.Timeout);
    }
}
