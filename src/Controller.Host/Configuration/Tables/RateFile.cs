using System.Collections.Immutable;
using Controller.Actors.Routing.Tables;

namespace Controller.Host.Configuration.Tables;

/// <summary>A file of rates as it was read: either a table, or why there is none.</summary>
/// <param name="Refused">Null if and only if there is a table.</param>
/// <param name="Ignored">The first of the rows that were left out.</param>
/// <param name="IgnoredCount">All of them.</param>
public sealed record RateFile(RateTable? Table, string? Refused, ImmutableArray<IgnoredRow> Ignored, int IgnoredCount)
{
    public static RateFile Refuse(string why) => new(null, why, [], 0);
}

public sealed record IgnoredRow(int Line, string Reason);
