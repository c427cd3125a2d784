namespace Controller.Host.Admin.Health;

/// <param name="Status">ok, or why not.</param>
public sealed record HealthAnswer(string Status, int Node, string Name);
