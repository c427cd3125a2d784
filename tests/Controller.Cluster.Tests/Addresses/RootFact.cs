using System.Runtime.InteropServices;

namespace Controller.Cluster.Tests.Addresses;

/// <summary>Network namespaces are made by root only.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() => Skip = Root.Missing;
}

/// <inheritdoc cref="RootFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute() => Skip = Root.Missing;
}

internal static class Root
{
    public static string? Missing => Geteuid() == 0 ? null : "network namespaces need root";

    [DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint Geteuid();
}
