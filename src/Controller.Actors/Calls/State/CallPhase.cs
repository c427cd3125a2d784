namespace Controller.Actors.Calls.State;

/// <summary>Where a call is, as an operator sees it.</summary>
public enum CallPhase : byte
{
    /// <summary>Nothing has happened.</summary>
    None = 0,

    /// <summary>The INVITE is here; where it goes is being found out (bindings, names).</summary>
    Routing = 1,

    /// <summary>At least one leg has been tried; nobody rings.</summary>
    Setup = 2,

    /// <summary>At least one callee rings or sends early media.</summary>
    Ringing = 3,

    /// <summary>Answered.</summary>
    Established = 4,

    /// <summary>Over: the charging record is written; transactions are being absorbed until the last of their timers has fired.</summary>
    Ended = 5,
}

/// <summary>One side of the call.</summary>
public enum LegState : byte
{
    /// <summary>INVITE received (A) or sent (B), no tag yet.</summary>
    Calling = 1,

    /// <summary>An early dialog: a provisional response with a tag.</summary>
    Early = 2,

    /// <summary>Our INVITE is no longer wanted: CANCEL is sent, or waits for the first provisional response (RFC 3261 section 9.1).</summary>
    Cancelling = 3,

    /// <summary>2xx.</summary>
    Confirmed = 4,

    /// <summary>BYE sent or received, or a final response other than 2xx.</summary>
    Terminated = 5,
}
