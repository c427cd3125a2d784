namespace Controller.Cluster.Links;

/// <summary>The octet behind a frame's length. On the wire: append only, never renumber.</summary>
internal enum FrameKind : byte
{
    Hello = 0,
    Pulse = 1,
    Moves = 2,
    Fenced = 3,
    Goodbye = 4,
    DoYouHear = 5,
    Heard = 6,
    Tell = 7,
    Acknowledged = 8,
    Moved = 9,
    NotTaken = 10,
    Emit = 11,
    Ask = 12,
    Answer = 13,

    /// <summary>In place of an answering <see cref="Hello"/>: why there is no link.</summary>
    Refusal = 14,
    Opened = 15,
    Leaving = 16,
}
