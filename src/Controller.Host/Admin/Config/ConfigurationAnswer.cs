namespace Controller.Host.Admin.Config;

/// <param name="Version">That runs on this node.</param>
/// <param name="Hash">Of its text: SHA-256.</param>
/// <param name="Active">The version that the cluster is to run, as this node last heard.</param>
/// <param name="Problem">Why the active version does not run here; null if it does, or is about to.</param>
public sealed record ConfigurationAnswer(
    long Version, string Hash, DateTimeOffset At, string By, string Cause, long Active, string? Problem, IReadOnlyList<NodeConfiguration> Nodes);

/// <param name="Items">Newest first.</param>
public sealed record VersionList(IReadOnlyList<VersionView> Items);

/// <param name="Running">On this node.</param>
public sealed record VersionView(long Version, string Hash, DateTimeOffset At, string By, string Cause, bool Running);

/// <summary>What would become of a configuration.</summary>
/// <param name="Problems">As <c>check</c> prints them; if there are any, the rest is empty.</param>
/// <param name="Version">The running one, with which it was compared.</param>
/// <param name="Changes">Taken over by an activation.</param>
/// <param name="NeedsRestart">What cannot change while the node runs: an activation is refused for it.</param>
/// <param name="Notes">What is left out of files of rates, and why.</param>
public sealed record ConfigurationCheck(
    bool Valid, IReadOnlyList<string> Problems, long Version, IReadOnlyList<KeyChange> Changes, IReadOnlyList<KeyChange> NeedsRestart, IReadOnlyList<string> Notes);

/// <param name="Before">Null: was not there. Secrets are shown as …</param>
/// <param name="After">Null: is not there any more.</param>
public sealed record KeyChange(string Key, string? Before, string? After);
