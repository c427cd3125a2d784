namespace Controller.Sip.Transactions;

/// <summary>What kinds of thing can reach a transaction.</summary>
public enum TransactionInputKind : byte
{
    /// <summary>The request that created a server transaction, again.</summary>
    Retransmission = 1,

    /// <summary>An ACK that matches an INVITE server transaction.</summary>
    Ack = 2,

    /// <summary>The transaction user sends a response.</summary>
    FromUser = 3,

    /// <summary>A response arrived that matches a client transaction.</summary>
    Received = 4,

    /// <summary>A timer that this transaction had set is due.</summary>
    TimerFired = 5,

    /// <summary>The transport could not send what this transaction gave it.</summary>
    TransportError = 6,
}

/// <summary>One input of a transaction machine: a closed vocabulary in one value, so that stepping allocates nothing.</summary>
/// <param name="Kind">Which of the inputs.</param>
/// <param name="Status">The status code of <see cref="TransactionInputKind.FromUser"/> and <see cref="TransactionInputKind.Received"/>; else 0.</param>
/// <param name="Timer">The letter of <see cref="TransactionInputKind.TimerFired"/>; else none.</param>
public readonly record struct TransactionInput(TransactionInputKind Kind, int Status, TransactionTimer Timer)
{
    public static TransactionInput Retransmission => new(TransactionInputKind.Retransmission, 0, TransactionTimer.None);

    public static TransactionInput Ack => new(TransactionInputKind.Ack, 0, TransactionTimer.None);

    public static TransactionInput TransportError => new(TransactionInputKind.TransportError, 0, TransactionTimer.None);

    /// <param name="status">100 to 699.</param>
    public static TransactionInput FromUser(int status) => new(TransactionInputKind.FromUser, status, TransactionTimer.None);

    /// <param name="status">100 to 699.</param>
    public static TransactionInput Received(int status) => new(TransactionInputKind.Received, status, TransactionTimer.None);

    public static TransactionInput TimerFired(TransactionTimer timer) => new(TransactionInputKind.TimerFired, 0, timer);
}
