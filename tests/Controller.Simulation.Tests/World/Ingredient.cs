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
    Lost,
    Duplicated,
    Late,
    Crash,
    Stall,
    JournalFailure,
    TransportFailure,
    NotFound,
    OperatorHangsUp,
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
