using Controller.Interop.Tests.Harness;

namespace Controller.Interop.Tests.Scenarios;

/// <summary>
/// One row of the third-party index: who calls and who is called through the node, and what the node has to be told for it.
/// A file beginning with own/ is ours: the other side of a scenario that has one side only.
/// </summary>
/// <param name="Id">As in the index.</param>
/// <param name="Callee">Null: the node answers by itself.</param>
internal sealed record Scenario(string Id, string What, string Caller, string? Callee)
{
    /// <summary>The next endpoint of the trunk, tried after <see cref="Callee"/>.</summary>
    public string? Next { get; init; }

    /// <summary>Who is called as <c>carol</c>: the target of a transfer.</summary>
    public string? Carol { get; init; }

    /// <summary>Transport on the caller's side and on the callee's.</summary>
    public IReadOnlyList<(string Near, string Far)> Transports { get; init; } = Both;

    public string Address { get; init; } = "127.0.0.1";

    /// <summary>More for the realm of the caller, in HOCON.</summary>
    public string Realm { get; init; } = "";

    /// <summary>More for the trunk of the callee, in HOCON.</summary>
    public string Trunk { get; init; } = "";

    /// <summary>More arguments of the caller.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>What the RFC asks for where the scenario asks for another thing: the caller ends with 1, and this is what SIPp says why.</summary>
    public string Instead { get; init; } = "";

    /// <summary>
    /// A callee that cannot come to its end: it has passed the part that counts when it has sent this (a regular expression over its messages). D02: after its
    /// UPDATE has been answered it answers the INVITE with the header fields of the UPDATE.
    /// </summary>
    public string CalleeSaid { get; init; } = "";

    /// <summary>
    /// A scenario that loses messages by lot (SIPp's lost="75") may lose every repetition there is; in E04 both sides
    /// pause as long after the same ACK, and the callee must be the first to wake. Such a one gets more than one draw.
    /// </summary>
    public int Draws { get; init; } = 1;

    /// <summary>Waits for a timer of half a minute or more: started before the others.</summary>
    public bool IsLong { get; init; }

    public static IReadOnlyList<(string Near, string Far)> Both { get; } = [("udp", "udp"), ("tcp", "tcp")];

    /// <summary>A copy that SIPp 3.6.1 can load is preferred where the original cannot be.</summary>
    public static string Find(string file)
    {
        if (file.StartsWith("own/", StringComparison.Ordinal))
        {
            return Repository.Scenario("scenarios/" + file[4..]);
        }

        string folder = Repository.ThirdPartyScenarios!, patched = Path.Combine(folder, "_patched", file);
        return File.Exists(patched) ? patched : Path.Combine(folder, file);
    }
}
