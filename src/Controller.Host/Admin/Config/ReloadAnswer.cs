namespace Controller.Host.Admin.Config;

/// <param name="Version">Of the configuration that runs now.</param>
/// <param name="Changed">Keys that were taken over; empty if nothing differs.</param>
public sealed record ReloadAnswer(long Version, IReadOnlyList<string> Changed);

/// <param name="Refused">Null if the configuration was taken over, else why the running one stays: one line each.</param>
public sealed record ReloadResult(ReloadAnswer? Answer, IReadOnlyList<string> Refused);
