namespace Controller.Simulation.Tests.World;

/// <summary>A checker's verdict. The rule is named as in the design of the failover: C2 to C9, topology; and up, ack, final, result, the four promises to the parties.</summary>
public sealed class ViolationException(string rule, string what) : Exception($"{rule}: {what}")
{
    public string Rule { get; } = rule;
}
