namespace Controller.Host.Admin.Config;

/// <summary>Either what runs now, or why nothing has changed.</summary>
/// <param name="Refused">One line each.</param>
public sealed record Activation(ActivationAnswer? Answer, ActivationRefusal Why, IReadOnlyList<string> Refused)
{
    public static Activation Done(ActivationAnswer answer) => new(answer, ActivationRefusal.None, []);

    public static Activation Refuse(ActivationRefusal why, params IReadOnlyList<string> reasons) => new(null, why, reasons);
}

public enum ActivationRefusal : byte
{
    None,

    /// <summary>The configuration is wrong.</summary>
    Invalid,

    /// <summary>It differs in what cannot change while a node runs.</summary>
    NeedsRestart,

    /// <summary>Another version is active than was expected.</summary>
    Conflict,

    /// <summary>There is no such version to roll back to.</summary>
    Unknown,

    /// <summary>The store did not answer, or does not take anything from this node.</summary>
    Store,
}

/// <param name="Version">That is active now: a new one, or the one that ran before if nothing differs.</param>
/// <param name="Changed">Keys that were taken over; empty if nothing differs.</param>
/// <param name="Complete">Every node that is up runs it.</param>
public sealed record ActivationAnswer(long Version, IReadOnlyList<string> Changed, bool Complete, IReadOnlyList<NodeConfiguration> Nodes);

/// <param name="State">As in /api/v1/cluster.</param>
/// <param name="Version">That it runs; 0: it has not told, for it starts or is of an older program.</param>
/// <param name="Problem">Why the active version cannot be taken there; null if it runs, or is about to.</param>
public sealed record NodeConfiguration(int Id, string Name, string State, long Version, string? Problem);
