using Controller.Sharding.Model;

namespace Controller.Cluster.Versions;

/// <summary>A configuration that was activated: the part of it that all nodes share.</summary>
/// <param name="Text">As the host writes it; the store does not look into it. Passwords stand in it.</param>
public sealed record ConfigurationVersion(VersionHead Head, string Text);

/// <summary>What is known of a version without reading it.</summary>
/// <param name="Number">From 1, without gaps; the highest is the active one.</param>
/// <param name="Hash">Of the text.</param>
/// <param name="File">Hash of the same part of the activating node's file, as it was last read: whether the file has changed since.</param>
/// <param name="By">Who wanted it, for people.</param>
/// <param name="Cause">What it came from, for people: the start of a node, its file, a request, a rollback.</param>
public sealed record VersionHead(long Number, string Hash, string File, Instant At, string By, string Cause);
