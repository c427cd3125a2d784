namespace Controller.Host.Admin.Calls;

/// <param name="Total">How many match, whatever the limit.</param>
public sealed record CallList(int Total, IReadOnlyList<CallView> Items);
