namespace Controller.Actors.Policies;

/// <summary>How the endpoints of a trunk are probed.</summary>
/// <param name="Every">An OPTIONS to each of them as often.</param>
/// <param name="DownAfter">Unanswered ones in a row until it is left out.</param>
/// <param name="UpAfter">Answered ones in a row until it is back.</param>
public sealed record TrunkHealthSettings(TimeSpan Every, int DownAfter = 3, int UpAfter = 1);
