namespace Controller.Interop.Tests.Harness;

/// <summary>A test that needs commands of the system; skipped, with the reason, where one is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsFactAttribute : FactAttribute
{
    public NeedsFactAttribute(params string[] needs) => Skip = Needs.Missing(needs);
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class NeedsTheoryAttribute : TheoryAttribute
{
    public NeedsTheoryAttribute(params string[] needs) => Skip = Needs.Missing(needs);
}

internal static class Needs
{
    /// <summary>The superuser's rights, directly or by sudo without a password.</summary>
    public const string Root = "root";

    /// <summary>The third-party SIPp scenarios beside the checkout.</summary>
    public const string ThirdParty = "third-party scenarios";

    /// <summary>Network namespaces, and a packet filter in them: the superuser's rights directly.</summary>
    public const string Namespaces = "network namespaces";

    public const string Postgres = "PostgreSQL";

    public static string? Missing(IEnumerable<string> needs)
    {
        foreach (string need in needs)
        {
            bool there = need switch
            {
                Root => Environment.UserName == "root" || Command.Try("sudo", "-n", "true"),
                Namespaces => Environment.UserName == "root" && OnPath("ip") && OnPath("iptables") && CanMakeNamespaces.Value,
                Postgres => Controller.Servers.PostgresServer.Installed is not null,
                ThirdParty => Repository.ThirdPartyScenarios is not null,
                _ => OnPath(need),
            };
            if (!there)
            {
                return $"needs {need}, which is not here (tests/run installs what can be installed)";
            }
        }

        return null;
    }

    private static readonly Lazy<bool> CanMakeNamespaces = new(() =>
    {
        string name = $"cp{Environment.ProcessId}";
        return Command.Try("ip", "netns", "add", name) & Command.Try("ip", "netns", "exec", name, "iptables", "-S") & Command.Try("ip", "netns", "del", name);
    });

    private static bool OnPath(string command) =>
        ((Environment.GetEnvironmentVariable("PATH") ?? "") + ":/usr/sbin:/sbin").Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, command)));
}
