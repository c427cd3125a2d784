using Controller.Sharding.Model;
using Controller.Sip.Transactions;
using Controller.Sip.Transport;

namespace Controller.Actors.Calls.State;

/// <summary>
/// A reliable provisional response of ours to the caller's INVITE that waits for its PRACK. RFC 3262 section 3: "retransmitted … with an interval
/// that starts at T1 seconds and doubles for each retransmission", on every transport, for 64*T1.
/// </summary>
public sealed record ReliableProvisional
{
    /// <summary>Our tag in it: which early dialog it belongs to.</summary>
    public required string CallerTag { get; init; }
    public required uint RSeq { get; init; }

    /// <summary>RSeq of the callee's response that it relays, if that was reliable too: the PRACK is then relayed; 0: it is answered here.</summary>
    public uint RemoteRSeq { get; init; }
    public required ReadOnlyMemory<byte> Response { get; init; }
    public required Flow Flow { get; init; }
    public required bool HasSession { get; init; }

    /// <summary>Zero while it waits behind another one: "The UAS MUST NOT send a second reliable provisional response until the first is acknowledged."</summary>
    public TimeSpan Interval { get; init; }
    public Instant RepeatAt { get; init; } = Instant.Never;
    public Instant GiveUpAt { get; init; } = Instant.Never;

    public bool IsSent => Interval > TimeSpan.Zero;

    public Instant NextDue => Instant.Earlier(RepeatAt, GiveUpAt);

    public ReliableProvisional Sent(Instant at) => this with
    {
        Interval = SipTimers.Default.T1,
        RepeatAt = at.After(SipTimers.Default.T1),
        GiveUpAt = at.After(SipTimers.Default.T1Times64),
    };

    public ReliableProvisional Repeated(Instant now) => this with { Interval = Interval * 2, RepeatAt = now.After(Interval * 2) };
}
