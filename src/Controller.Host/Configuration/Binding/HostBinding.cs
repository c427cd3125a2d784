using System.Collections.Immutable;
using System.Net;
using Controller.Cluster.Membership;
using Controller.Host.Configuration.Options;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass, the host's half: options, and what has to fit together in them.</summary>
internal static class HostBinding
{
    public static HostOptions Bind(KnownValues known)
    {
        var node = new NodeOptions
        {
            Id = known.Get("node.id", 1),
            Name = known.Get("node.name", "sbc1"),
            Roles = Roles(known),
            DataDirectory = known.Get("node.data-dir", "data"),
        };
        return new HostOptions
        {
            Node = node,
            Journal = Journal(known, node),
            Cluster = Cluster(known, isCluster: known.Get("journal.kind", "sqlite") == "postgres"),
            Engine = new EngineLoopOptions { Loops = known.Get("engine.loops", 0) },
            Limits = Limits(known),
            Resolver = ResolverBinding.Bind(known),
            Media = Media(known),
            Admin = Admin(known),
            Cdr = new CdrOptions { File = known.Get("cdr.file", Path.Combine(node.DataDirectory, "cdr.jsonl")) },
            Log = new LogOptions { Level = Level(known.Get("log.level", "info")) },
        };
    }

    private static JournalOptions Journal(KnownValues known, NodeOptions node) => new()
    {
        Kind = known.Get("journal.kind", "sqlite") == "postgres" ? JournalKind.Postgres : JournalKind.Sqlite,
        SqliteFile = known.Get("journal.sqlite.file", Path.Combine(node.DataDirectory, "journal.db")),
        PostgresConnection = known.Get("journal.postgres.connection", new JournalOptions().PostgresConnection),
        PostgresAllowSingle = known.Get("journal.postgres.allow-single", false),
    };

    private static NodeRoles Roles(KnownValues known)
    {
        string[] roles = [.. known.Get<object[]>("node.roles", ["edge", "actors"]).Cast<string>()];
        NodeRoles all = (roles.Contains("edge") ? NodeRoles.Edge : 0) | (roles.Contains("actors") ? NodeRoles.Actors : 0);
        if (all == 0)
        {
            known.Report("node.roles", "names no role; expected edge, actors or both");
        }
        else if (all != (NodeRoles.Edge | NodeRoles.Actors) && known.Get("journal.kind", "sqlite") != "postgres")
        {
            known.Report("node.roles", "a node with an embedded journal is alone and has to do everything; expected [edge, actors], or journal.kind = postgres");
        }

        return all;
    }

    private static ClusterOptions Cluster(KnownValues known, bool isCluster)
    {
        var defaults = new ClusterOptions();
        var cluster = new ClusterOptions
        {
            LinkListen = known.Get("cluster.link.listen", new IPEndPoint(IPAddress.Loopback, 7601)).ToString(),
            LinkAdvertise = known.All.TryGetValue("cluster.link.advertise", out KnownValue? advertise) ? advertise.Text : defaults.LinkAdvertise,
            Shards = known.Get("cluster.shards", defaults.Shards),
            Heartbeat = known.Get("cluster.heartbeat", defaults.Heartbeat),
            SuspectAfter = known.Get("cluster.suspect-after", defaults.SuspectAfter),
            Trust = known.Get("cluster.trust", defaults.Trust),
            RebalanceAfter = known.Get("cluster.rebalance-after", defaults.RebalanceAfter),
            MovesPerSecond = known.Get("cluster.moves-per-second", defaults.MovesPerSecond),
            Quarantine = known.Get("cluster.quarantine", defaults.Quarantine),
            Addresses =
            [
                .. Enumerable.Range(0, known.Count("cluster.addresses")).Select(i => new FloatingAddress(
                    known.Get($"cluster.addresses[{i}].address", ""), known.Get($"cluster.addresses[{i}].device", ""))),
            ],
        };

        // A node stops trusting itself before the others may take over, and not between two heartbeats.
        if (cluster.Heartbeat >= cluster.Trust || cluster.Trust >= cluster.SuspectAfter)
        {
            known.Report("cluster.trust", $"{Milliseconds(cluster.Trust)} does not lie between cluster.heartbeat ({Milliseconds(cluster.Heartbeat)}) and cluster.suspect-after ({Milliseconds(cluster.SuspectAfter)}); expected heartbeat < trust < suspect-after");
        }

        if (!cluster.Addresses.IsEmpty && !isCluster)
        {
            known.Report("cluster.addresses", "an address can float only between nodes that share a journal; expected [] while journal.kind = sqlite");
        }

        return cluster;
    }

    private static LimitOptions Limits(KnownValues known)
    {
        var defaults = new LimitOptions();
        return new LimitOptions
        {
            MaxHeaderBytes = known.Get("limits.max-header-bytes", defaults.MaxHeaderBytes),
            MaxBodyBytes = known.Get("limits.max-body-bytes", defaults.MaxBodyBytes),
            TcpConnections = known.Get("limits.tcp-connections", defaults.TcpConnections),
            TcpIdle = known.Get("limits.tcp-idle", defaults.TcpIdle),
        };
    }

    private static MediaOptions Media(KnownValues known) => new()
    {
        Mode = known.Get("media.mode", "bypass") == "rtpengine" ? MediaMode.Rtpengine : MediaMode.Bypass,
        RtpengineNodes = [.. known.Get<object[]>("media.rtpengine.nodes", []).Cast<string>()],
    };

    private static AdminOptions Admin(KnownValues known)
    {
        var admin = new AdminOptions
        {
            Listen = known.Get("admin.listen", new AdminOptions().Listen),
            Token = known.Find<string>("admin.token"),
        };
        if (admin.Token is null && !IPAddress.IsLoopback(admin.Listen.Address))
        {
            known.Report("admin.listen", $"{admin.Listen} is not a loopback address and controller.admin.token is missing; expected a token, or a loopback address");
        }

        return admin;
    }

    private static LogLevel Level(string text) => text switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        _ => LogLevel.Information,
    };

    private static string Milliseconds(TimeSpan duration) => $"{duration.TotalMilliseconds:0}ms";
}
