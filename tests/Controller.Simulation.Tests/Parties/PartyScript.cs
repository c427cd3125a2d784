namespace Controller.Simulation.Tests.Parties;

/// <summary>What a party does with 100rel (RFC 3262).</summary>
internal enum Reliability
{
    None,
    Supports,

    /// <summary>Caller: its INVITE requires it.</summary>
    Requires,
}

/// <summary>What a party will do. Times are milliseconds; negative: never.</summary>
internal sealed record PartyScript
{
    /// <summary>Speaks TCP, over one connection at a time.</summary>
    public bool Tcp { get; init; }

    /// <summary>Caller: what its INVITE says. Callee: whether it uses what it is offered.</summary>
    public Reliability Reliable { get; init; }

    /// <summary>Its Allow lists UPDATE.</summary>
    public bool AllowsUpdate { get; init; }

    /// <summary>The first INVITE carries no session description: a late offer.</summary>
    public bool LateOffer { get; init; }

    /// <summary>Caller: CANCEL (or, with an early dialog and <see cref="EarlyBye"/>, BYE) this long after the INVITE, if it has no final response.</summary>
    public int CancelAfter { get; init; } = -1;
    public bool EarlyBye { get; init; }

    /// <summary>Caller: a PRACK this long after its reliable response; negative: it never sends one.</summary>
    public int PrackAfter { get; init; }

    /// <summary>Caller: its PRACK makes a new offer where one is allowed.</summary>
    public bool PrackOffers { get; init; }

    /// <summary>An UPDATE this long after the first exchange is over, while it rings.</summary>
    public int EarlyUpdateAfter { get; init; } = -1;

    /// <summary>An UPDATE this long after the call is up.</summary>
    public int UpdateAfter { get; init; } = -1;

    /// <summary>Its UPDATEs carry offers.</summary>
    public bool UpdateOffers { get; init; }

    /// <summary>Hangs up this long after the call is up: after its 2xx came (caller), after its ACK came (callee).</summary>
    public int ByeAfter { get; init; } = -1;

    /// <summary>Callee: a BYE this long behind its 2xx, whether or not the ACK has come.</summary>
    public int ByeBehindAnswer { get; init; } = -1;
    public int ReinviteAfter { get; init; } = -1;

    /// <summary>Its re-INVITE carries no session description.</summary>
    public bool LateReoffer { get; init; }
    public int InfoAfter { get; init; } = -1;
    public bool RefuseReinvite { get; init; }
    public int ReinviteAnswerAfter { get; init; } = 20;

    /// <summary>Callee: never says anything.</summary>
    public bool Dead { get; init; }
    public int TryingAfter { get; init; } = 5;
    public int RingAfter { get; init; } = -1;
    public int RingStatus { get; init; } = 180;
    public bool RingWithSession { get; init; }
    public int RingAgainAfter { get; init; } = -1;
    public int FinalAfter { get; init; } = -1;
    public int FinalStatus { get; init; } = 200;

    /// <summary>Callee: how many there are behind it, each with a tag of its own. The first one gives the final response.</summary>
    public int Forks { get; init; } = 1;

    /// <summary>Callee with forks: the second one answers, too, this long after the INVITE.</summary>
    public int SecondAnswerAfter { get; init; } = -1;

    /// <summary>Callee: answers its INVITE although it has just got the CANCEL.</summary>
    public bool AnswersDespiteCancel { get; init; }
    public bool RecordRoute { get; init; }
}
