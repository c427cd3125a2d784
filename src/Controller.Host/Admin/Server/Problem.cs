namespace Controller.Host.Admin.Server;

/// <summary>An error as RFC 9457 writes it.</summary>
/// <param name="Title">The same for every occurrence of the kind.</param>
/// <param name="Detail">What is wrong with this request and what was expected.</param>
public sealed record Problem(string Type, string Title, int Status, string? Detail);
