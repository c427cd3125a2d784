// Most of these tests wait for timers of the protocol, not for the processor: some classes run side by side.
[assembly: CollectionBehavior(MaxParallelThreads = 4)]

namespace Controller.Interop.Tests;

/// <summary>For tests that measure, or whose parties keep time: nothing else runs meanwhile.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
