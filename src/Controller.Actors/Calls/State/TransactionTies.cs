namespace Controller.Actors.Calls.State;

/// <summary>What a transaction has to do with others, and what few have: a part of its own, so that a step of an ordinary one does not copy it. See <see cref="Transaction"/>.</summary>
internal sealed record TransactionTies
{
    public static readonly TransactionTies None = new();

    public string Peer { get; init; } = "";
    public bool IsHeld { get; init; }
    public RequestPurpose Purpose { get; init; }
    public int Challenges { get; init; }
    public string Credentials { get; init; } = "";
    public string Dialog { get; init; } = "";
    public SentDescription? Before { get; init; }
    public bool IsUntimely { get; init; }
}
