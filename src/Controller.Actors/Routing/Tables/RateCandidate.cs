namespace Controller.Actors.Routing.Tables;

/// <summary>A row of a table that is about a number.</summary>
/// <param name="Digits">Length of its prefix.</param>
internal readonly record struct RateCandidate(string Trunk, int Digits, RateRow Row);
