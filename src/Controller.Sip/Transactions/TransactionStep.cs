namespace Controller.Sip.Transactions;

/// <summary>
/// What the owner of a transaction must do after a step. Several may be set; their order is fixed: send, then pass up, then forget.
/// None only where a step does nothing but move on (Completed to Confirmed): nothing happens without a name.
/// </summary>
[Flags]
public enum TransactionEffects : ushort
{
    None = 0,

    /// <summary>Client: send the request (first time or again). Server: send the response just given, or the last one again (nothing, if there was none yet).</summary>
    SendLast = 1,

    /// <summary>Client: send the ACK for a non-2xx final response (RFC 3261 section 17.1.1.3), the first time or again.</summary>
    SendAck = 2,

    /// <summary>The message that was the input is the transaction user's business.</summary>
    PassToUser = 4,

    /// <summary>Client: treat as 408 (RFC 3261 section 8.1.3.1). Server: no ACK came.</summary>
    TimedOut = 8,

    /// <summary>Client: treat as 503 (RFC 3261 section 8.1.3.1). Server: the response could not be sent.</summary>
    TransportFailed = 16,

    /// <summary>The transaction has ended with this step: forget it.</summary>
    Terminated = 32,

    /// <summary>Legal and without consequence: absorbed retransmission, late timer, late response.</summary>
    Ignored = 64,

    /// <summary>Nobody should have given this input to this machine: nothing is done; count it, and in tests fail.</summary>
    Illegal = 128,
}

/// <summary>What happens to one of the two timers of a transaction: default is "leave it as it is".</summary>
public readonly record struct TimerSetting(TimerChange Change, TransactionTimer Timer, TimeSpan After)
{
    public static TimerSetting Keep => default;
    public static TimerSetting Stop => new(TimerChange.Stop, TransactionTimer.None, TimeSpan.Zero);
    public static TimerSetting Set(TransactionTimer timer, TimeSpan after) => new(TimerChange.Set, timer, after);
}

public enum TimerChange : byte
{
    Keep = 0,
    Stop = 1,
    Set = 2,
}

/// <summary>
/// The outcome of one step. A transaction never runs more than two timers at a time: one that sends (A, E, G, Trying) and one that
/// ends a wait (B, D, F, H, I, J, K, L, M); so its owner keeps the state and two deadlines.
/// </summary>
public readonly record struct TransactionStep<TState>(TState Next, TransactionEffects Effects, TimerSetting Retransmit = default, TimerSetting Timeout = default)
    where TState : struct
{
    public bool Has(TransactionEffects effect) => (Effects & effect) != 0;
}
