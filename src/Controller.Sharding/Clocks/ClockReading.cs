namespace Controller.Sharding.Clocks;

/// <summary>What the reference showed, at some moment between two stamps of this machine's monotonic clock.</summary>
/// <param name="Others">The time of the nodes that are up beside this one, at the same moment; null if there are none.</param>
public readonly record struct ClockReading(long Sent, long Received, DateTimeOffset Time, DateTimeOffset? Others = null);
