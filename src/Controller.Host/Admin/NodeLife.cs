namespace Controller.Host.Admin;

/// <summary>Which phase the node is in and whether its journal takes commits. Written by the composition, read by health checks.</summary>
/// <param name="journalTrouble">Null while the journal works, else why it does not.</param>
public sealed class NodeLife(int id, string name, Func<string?> journalTrouble)
{
    private volatile NodePhase _phase = NodePhase.Starting;

    public int Id { get; } = id;
    public string Name { get; } = name;

    public NodePhase Phase
    {
        get => _phase;
        set => _phase = value;
    }

    /// <summary>Null if calls are taken, else why not.</summary>
    public string? NotReadyBecause => Phase switch
    {
        NodePhase.Starting => "starting",
        NodePhase.Draining => "draining",
        _ => journalTrouble() is { } reason ? "the journal is failing: " + reason : null,
    };
}
