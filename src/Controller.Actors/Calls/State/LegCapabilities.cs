namespace Controller.Actors.Calls.State;

/// <summary>What a peer has said that it can do: Allow and Supported (RFC 3261 sections 20.5 and 20.37). Values are stored: append only.</summary>
[Flags]
public enum LegCapabilities
{
    None = 0,

    /// <summary>It has said which methods it allows; without this nothing is known of them, and 20.5 says that nothing follows from it.</summary>
    AllowSeen = 1 << 0,
    Update = 1 << 1,
    Prack = 1 << 2,
    Refer = 1 << 3,
    Notify = 1 << 4,
    Subscribe = 1 << 5,
    Info = 1 << 6,
    Message = 1 << 7,

    /// <summary>Supported: 100rel (RFC 3262), or required.</summary>
    Reliable = 1 << 16,

    /// <summary>Require: 100rel in its INVITE.</summary>
    RequiresReliable = 1 << 17,

    /// <summary>Supported: timer (RFC 4028).</summary>
    Timer = 1 << 18,

    /// <summary>Supported: replaces (RFC 3891).</summary>
    Replaces = 1 << 19,

    /// <summary>Supported: 199 (RFC 6228).</summary>
    EarlyDialogTerminated = 1 << 20,

    /// <summary>Supported: norefersub (RFC 4488).</summary>
    NoReferSub = 1 << 21,
}
