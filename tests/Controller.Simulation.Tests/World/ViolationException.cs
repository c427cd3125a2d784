namespace Controller.Simulation.Tests.World;

/// <summary>A checker's verdict. The rule is named as in the design of the failover: C2, C3, C5, C6, topology.</summary>
public sealed class ViolationException(string rule, string what) : Exception($"{rule}: {what}")
{
    public string Rule { get; } = rule;
}
