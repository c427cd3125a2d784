using System.Collections.Immutable;
using System.Net;

namespace Controller.Actors.Policies;

/// <summary>By what, besides the addresses of its endpoints, requests from a trunk are known.</summary>
public sealed record TrunkIdentification
{
    public static readonly TrunkIdentification None = new();

    /// <summary>Where its requests come from; nothing is sent there.</summary>
    public ImmutableArray<IPNetwork> Networks { get; init; } = [];

    /// <summary>Users of the registrar that are the trunk, if their credentials were right.</summary>
    public ImmutableArray<string> Users { get; init; } = [];
}
