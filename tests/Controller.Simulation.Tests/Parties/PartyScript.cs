namespace Controller.Simulation.Tests.Parties;

/// <summary>What a party will do. Times are milliseconds; negative: never.</summary>
internal sealed record PartyScript
{
    /// <summary>The first INVITE (caller) or what stands in the answer to it (callee) carries no session description: a late offer.</summary>
    public bool LateOffer { get; init; }

    /// <summary>Caller: CANCEL (or, with an early dialog and <see cref="EarlyBye"/>, BYE) this long after the INVITE, if it has no final response.</summary>
    public int CancelAfter { get; init; } = -1;
    public bool EarlyBye { get; init; }

    /// <summary>Hangs up this long after the call is up: after its 2xx came (caller), after its ACK came (callee).</summary>
    public int ByeAfter { get; init; } = -1;

    /// <summary>Callee: a BYE this long behind its 2xx, whether or not the ACK has come.</summary>
    public int ByeBehindAnswer { get; init; } = -1;
    public int ReinviteAfter { get; init; } = -1;
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

    /// <summary>Callee: answers its INVITE although it has just got the CANCEL.</summary>
    public bool AnswersDespiteCancel { get; init; }
    public bool RecordRoute { get; init; }
}
