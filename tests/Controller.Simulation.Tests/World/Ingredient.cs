namespace Controller.Simulation.Tests.World;

/// <summary>What a call had in it, for the count at the end of a run: that everything occurs is a fact and no hope.</summary>
internal enum Ingredient
{
    Cancel,

    /// <summary>CANCEL and 2xx have crossed.</summary>
    CancelMeetsAnswer,
    EarlyBye,
    LateOffer,
    ReliableRing,
    Prack,
    PrackOffer,
    CalleeReliable,
    CalleePracked,
    EarlyUpdate,
    Update,
    Reinvite,
    LateReoffer,
    Glare,
    Forks,
    TenForks,
    SecondAnswer,
    Bye,
    Lost,
    Duplicated,
    Late,

    /// <summary>A message has come before one that was sent earlier.</summary>
    Reordered,

    /// <summary>Two messages were under way at once between the node and one party: they crossed, or either may have come first.</summary>
    Crossing,
    Crash,
    Stall,
    JournalFailure,
    TransportFailure,
    NotFound,
    OperatorHangsUp,
    Ringing,
    Answer,
    Refused3xx,
    Refused4xx,
    Refused5xx,
    Refused6xx,
    Timeout,
    Answered,
    Cancelled,
    Rejected,
    Failed,
}
