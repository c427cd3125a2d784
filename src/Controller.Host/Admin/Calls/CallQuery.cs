namespace Controller.Host.Admin.Calls;

/// <summary>Which calls an operator asks for.</summary>
/// <param name="State">One of <see cref="CallView.States"/>; null: any.</param>
/// <param name="Search">Is in the id, an address, a Call-ID or a far end; null: anything.</param>
/// <param name="Limit">How many to show at most, the newest; the total counts all.</param>
public sealed record CallQuery(string? State, string? Search, int Limit)
{
    public bool Matches(CallView call) => (State is null || call.State == State) && (Search is null || call.Contains(Search));

    /// <summary>The newest first, of one node's or of all nodes' calls.</summary>
    public IReadOnlyList<CallView> Newest(IEnumerable<CallView> calls) =>
        [.. calls.OrderByDescending(call => call.StartedAt).ThenBy(call => call.Id, StringComparer.Ordinal).Take(Limit)];
}
