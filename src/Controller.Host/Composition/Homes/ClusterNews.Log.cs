using Controller.Cluster.Membership;

namespace Controller.Host.Composition.Homes;

internal static partial class ClusterNewsLog
{
    [LoggerMessage(4401, LogLevel.Information, "cluster: this node is {Phase}")]
    public static partial void PhaseIs(this ILogger log, MemberPhase phase);

    [LoggerMessage(4402, LogLevel.Warning, "cluster: node {Node} is fenced: {Cause}, nothing heard for {Silence} ms")]
    public static partial void Suspected(this ILogger log, Incarnation node, string cause, double silence);

    [LoggerMessage(4403, LogLevel.Information, "cluster: took over {Shards} shards with {Actors} actors: fenced after {Fenced} ms, claimed after {Claimed} ms, open after {Opened} ms")]
    public static partial void TookOver(this ILogger log, int shards, int actors, double fenced, double claimed, double opened);

    [LoggerMessage(4404, LogLevel.Information, "cluster: received {Shards} shards with {Actors} actors: open after {Opened} ms")]
    public static partial void Received(this ILogger log, int shards, int actors, double opened);

    [LoggerMessage(4405, LogLevel.Information, "cluster: gave {Shards} shards to node {To}, paused for {Pause} ms: released after {Released} ms, handed off after {HandedOff} ms")]
    public static partial void Gave(this ILogger log, int shards, Incarnation to, double pause, double released, double handedOff);

    [LoggerMessage(4406, LogLevel.Warning, "cluster: {What}")]
    public static partial void Trouble(this ILogger log, string what);

    [LoggerMessage(4407, LogLevel.Warning, "cluster: {Line}")]
    public static partial void Link(this ILogger log, string line);

    [LoggerMessage(4408, LogLevel.Information, "cluster: floating address {Address} is {Standing} here")]
    public static partial void Address(this ILogger log, string address, string standing);
}
