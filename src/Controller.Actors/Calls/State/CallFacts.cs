using System.Collections.Immutable;
using Controller.Sharding.Model;

namespace Controller.Actors.Calls.State;

/// <summary>What the charging record will say, and what the last messages of a call will: seldom changed, and not needed when all that is done.</summary>
public sealed record CallFacts
{
    /// <summary>Of a call that has not begun, or is at rest.</summary>
    public static readonly CallFacts None = new();

    public Instant? RingingAt { get; init; }
    public Instant? AnsweredAt { get; init; }

    /// <summary>Name of the route that was taken.</summary>
    public string Route { get; init; } = "";

    /// <summary>What became of each B leg: index = leg number - 1.</summary>
    public ImmutableArray<Attempt> Attempts { get; init; } = [];

    /// <summary>How the call ended; null while it has not.</summary>
    public Ending? Ending { get; init; }

    /// <summary>What the BYEs that are still owed will say.</summary>
    public Farewell Farewell { get; init; } = Farewell.Silent;
}

/// <summary>What became of one target.</summary>
public sealed record Attempt(int Leg, string Target, string Trunk, Instant StartedAt, int Status, Instant? EndedAt)
{
    /// <summary>The first provisional response other than 100.</summary>
    public Instant? RingingAt { get; init; }
}

/// <param name="Result">answered, cancelled, rejected or failed.</param>
/// <param name="Status">The final SIP status that the caller got.</param>
/// <param name="EndedBy">caller, callee, operator or controller.</param>
public sealed record Ending(string Result, int Status, string Cause, string EndedBy);
