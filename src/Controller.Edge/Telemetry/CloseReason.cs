namespace Controller.Edge.Telemetry;

/// <summary>Why a connection ended. Counted under its name; append only.</summary>
internal enum CloseReason : byte
{
    ByRemote,
    Reset,

    /// <summary>A connection of ours that was not accepted.</summary>
    ConnectFailed,
    ConnectTimeout,

    /// <summary>What arrived was not SIP, or larger than allowed: the framing is lost.</summary>
    LostFraming,

    /// <summary>A message was begun and not finished in time, or none came at all.</summary>
    MessageTimeout,
    Idle,

    /// <summary>It does not read what we send.</summary>
    SlowReader,
    TooManyConnections,
    Shutdown,
    Fault,
}
