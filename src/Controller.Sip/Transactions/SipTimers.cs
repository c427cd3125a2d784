namespace Controller.Sip.Transactions;

/// <summary>
/// The three base values of RFC 3261 table 4 and every timer derived from them. Immutable: a test or a slow link gets its own.
/// </summary>
public sealed record SipTimers
{
    public static readonly SipTimers Default = new();

    /// <summary>Round-trip time estimate. RFC 3261 section 17.1.1.1: "The default value for T1 is 500 ms."</summary>
    public TimeSpan T1 { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The maximum retransmit interval for non-INVITE requests and INVITE responses.</summary>
    public TimeSpan T2 { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Maximum duration a message will remain in the network.</summary>
    public TimeSpan T4 { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a transaction lasts at most while nothing is heard: timers B, F, H, J, L, M and the wait for the ACK of a 2xx.</summary>
    public TimeSpan T1Times64 => T1 * 64;

    /// <summary>RFC 3261 section 16.6 step 11: "greater than 3 minutes". The transaction user's timer: no machine here sets it.</summary>
    public TimeSpan C { get; init; } = TimeSpan.FromSeconds(181);

    /// <summary>RFC 3261 section 17.1.1.2: "The default value is at least 32 seconds for unreliable transports, and a value of zero seconds for reliable transports."</summary>
    public TimeSpan D(bool reliable) => reliable ? TimeSpan.Zero : TimeSpan.FromTicks(Math.Max(T1Times64.Ticks, MinimumD.Ticks));

    /// <summary>RFC 3261 section 17.2.1: "Timer I is set to fire in T4 seconds for unreliable transports, and zero seconds for reliable transports."</summary>
    public TimeSpan I(bool reliable) => reliable ? TimeSpan.Zero : T4;

    /// <summary>RFC 3261 section 17.2.2: "64*T1 seconds for unreliable transports, and zero seconds for reliable transports".</summary>
    public TimeSpan J(bool reliable) => reliable ? TimeSpan.Zero : T1Times64;

    /// <summary>RFC 3261 section 17.1.2.2: "T4 seconds for unreliable transports, and zero seconds for reliable transports".</summary>
    public TimeSpan K(bool reliable) => reliable ? TimeSpan.Zero : T4;

    /// <summary>Shortest of the doubled interval and T2: the back-off of timers E, G and of the 2xx.</summary>
    public TimeSpan BackOff(TimeSpan interval) => interval * 2 < T2 ? interval * 2 : T2;

    /// <summary>
    /// When a non-INVITE request must have been answered with 100 if nothing else, and before which it must not over an unreliable
    /// transport: the time a client's timer E takes to be reset to T2 (RFC 4320 section 4.1): 3.5 s by default. The transaction user's timer.
    /// </summary>
    public TimeSpan NonInviteTrying
    {
        get
        {
            var elapsed = TimeSpan.Zero;
            for (var interval = T1; interval > TimeSpan.Zero && interval < T2; interval = BackOff(interval)) elapsed += interval;
            return elapsed;
        }
    }

    /// <summary>For virtual clocks only: with a T1 below 500 ms, D shrinks with it instead of staying at 32 s.</summary>
    public TimeSpan MinimumD { get; init; } = TimeSpan.FromSeconds(32);
}
