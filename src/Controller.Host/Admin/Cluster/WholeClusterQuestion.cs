using Controller.Host.Admin.Calls;

namespace Controller.Host.Admin.Cluster;

/// <summary>What a node asks the others so that its own answer is of the whole cluster: one of the members is set. Both versions of a rolling upgrade read it.</summary>
public sealed record WholeClusterQuestion
{
    public CallQuery? Calls { get; init; }

    /// <summary>The id of a call.</summary>
    public string? Call { get; init; }

    /// <summary>Any value.</summary>
    public bool? Trunks { get; init; }

    /// <summary>Any value.</summary>
    public bool? Standings { get; init; }

    public RegistrationQuery? Registrations { get; init; }
}

public sealed record RegistrationQuery(string? Search, int Limit);
