namespace Controller.Sip.Transactions;

/// <summary>The timers by the letters of RFC 3261 table 4 and RFC 6026 section 8.4. Values may be stored: append only.</summary>
public enum TransactionTimer : byte
{
    None = 0,

    /// <summary>INVITE request retransmission, unreliable transports only.</summary>
    A = 1,

    /// <summary>INVITE client transaction timeout.</summary>
    B = 2,

    /// <summary>INVITE without a final response (RFC 3261 section 16.6): belongs to the transaction user.</summary>
    C = 3,

    /// <summary>Wait for retransmissions of a non-2xx final response to an INVITE.</summary>
    D = 4,

    /// <summary>Non-INVITE request retransmission, unreliable transports only.</summary>
    E = 5,

    /// <summary>Non-INVITE client transaction timeout.</summary>
    F = 6,

    /// <summary>Retransmission of a non-2xx final response to an INVITE, unreliable transports only.</summary>
    G = 7,

    /// <summary>Wait for the ACK of a non-2xx final response.</summary>
    H = 8,

    /// <summary>Wait for retransmissions of that ACK.</summary>
    I = 9,

    /// <summary>Wait for retransmissions of a non-INVITE request.</summary>
    J = 10,

    /// <summary>Wait for retransmissions of the final response to a non-INVITE request.</summary>
    K = 11,

    /// <summary>Wait in Accepted of an INVITE server transaction (RFC 6026).</summary>
    L = 12,

    /// <summary>Wait in Accepted of an INVITE client transaction (RFC 6026).</summary>
    M = 13,

    /// <summary>Retransmission of a 2xx to an INVITE by the transaction user, on every transport (RFC 3261 section 13.3.1.4).</summary>
    Retransmit2xx = 14,

    /// <summary>No ACK for the 2xx after 64*T1 (RFC 3261 section 13.3.1.4).</summary>
    GiveUp2xx = 15,

    /// <summary>A non-INVITE request has not been answered while its client's timer E grew to T2: a 100 is due (RFC 4320 section 4.1).</summary>
    Trying = 16,
}
