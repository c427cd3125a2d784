namespace Controller.Host.Admin.Calls;

/// <summary>A call as an operator sees it: plain values, copied on the call's own loop.</summary>
/// <param name="Id">The actor's key, 32 hexadecimal digits.</param>
/// <param name="State">setup, ringing, established or ending.</param>
/// <param name="Node">Number of the node that owns it.</param>
/// <param name="Trunk">The trunk of the B leg; null for a call to a registered user.</param>
public record CallView(
    string Id, string State, string From, string To, int Node, int Shard,
    DateTime StartedAt, DateTime? RingingAt, DateTime? AnsweredAt, string? Trunk, IReadOnlyList<LegView> Legs)
{
    public static readonly IReadOnlyList<string> States = ["setup", "ringing", "established", "ending"];

    public bool Contains(string text) =>
        Id.Contains(text, StringComparison.OrdinalIgnoreCase)
        || From.Contains(text, StringComparison.OrdinalIgnoreCase)
        || To.Contains(text, StringComparison.OrdinalIgnoreCase)
        || Legs.Any(l => l.CallId.Contains(text, StringComparison.OrdinalIgnoreCase) || l.Remote.Contains(text, StringComparison.OrdinalIgnoreCase));
}
