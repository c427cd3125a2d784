namespace Controller.Actors.Trunks;

/// <summary>Whether a leg may use a trunk now. Travels between nodes: append only, never renumber.</summary>
public enum TrunkVerdict : byte
{
    Granted = 1,

    /// <summary>All of limits.calls are in use.</summary>
    Full = 2,

    /// <summary>One more would be over limits.calls-per-second.</summary>
    TooFast = 3,

    /// <summary>The endpoint does not answer: it is left out.</summary>
    Down = 4,
}
