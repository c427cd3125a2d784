using Controller.Sharding.Model;
using Controller.Sip.Transactions;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.State;

/// <summary>
/// A 2xx of ours to an INVITE that waits for its ACK: RFC 3261 section 13.3.1.4 makes the transaction user send it again, on every
/// transport, until the ACK comes or 64*T1 have passed.
/// </summary>
public sealed record Answer
{
    /// <summary>The leg that got the 2xx.</summary>
    public required int Leg { get; init; }

    /// <summary>CSeq number of the INVITE answered, which the ACK repeats.</summary>
    public required uint CSeq { get; init; }
    public required ReadOnlyMemory<byte> Response { get; init; }
    public required Flow Flow { get; init; }
    public TimeSpan Interval { get; init; }
    public Instant RepeatAt { get; init; }
    public required Instant GiveUpAt { get; init; }

    /// <summary>To an INVITE within the dialog.</summary>
    public bool IsToReinvite { get; init; }

    /// <summary>The leg whose 2xx waits for a session description in the ACK (late offer); -1 if it has been acknowledged already.</summary>
    public int HeldLeg { get; init; } = -1;

    /// <summary>CSeq number of our INVITE on <see cref="HeldLeg"/>.</summary>
    public uint HeldCSeq { get; init; }

    /// <summary>Not sent yet: it waits for the PRACK of a reliable provisional response (RFC 3262 section 3).</summary>
    public bool IsHeld => RepeatAt == Instant.Never && GiveUpAt == Instant.Never;

    public static Answer Held(int leg, uint cseq, ReadOnlyMemory<byte> response, Flow flow) =>
        new() { Leg = leg, CSeq = cseq, Response = response, Flow = flow, RepeatAt = Instant.Never, GiveUpAt = Instant.Never };

    /// <summary>The PRACK has come: it goes out now.</summary>
    public Answer Released(Instant at) => After(Answer2xxRetransmission.Start(SipTimers.Default), at);

    public static Answer Sent(int leg, uint cseq, ReadOnlyMemory<byte> response, Flow flow, Instant at) =>
        new Answer { Leg = leg, CSeq = cseq, Response = response, Flow = flow, GiveUpAt = Instant.Never }
            .After(Answer2xxRetransmission.Start(SipTimers.Default), at);

    /// <summary>It has been sent again because its time had come.</summary>
    public Answer Repeated(Instant now) => After(
        Answer2xxRetransmission.Step(
            new(Answer2xxRetransmission.Phase.Waiting, Interval), TransactionInput.TimerFired(TransactionTimer.Retransmit2xx), SipTimers.Default),
        now);

    private Answer After(in TransactionStep<Answer2xxRetransmission.State> step, Instant now) => this with
    {
        Interval = step.Next.RetransmitInterval,
        RepeatAt = now.After(step.Retransmit.After),
        GiveUpAt = step.Timeout.Change == TimerChange.Set ? now.After(step.Timeout.After) : GiveUpAt,
    };

    public Instant NextDue => Instant.Earlier(RepeatAt, GiveUpAt);
}
