using System.Collections.Immutable;
using Controller.Sip.Uris;

namespace Controller.Host.Configuration.Keys;

/// <summary>Every key there is: one row each. What is not here is an error in a configuration; hocon/reference.conf explains each.</summary>
internal static class KeyCatalogue
{
    public const string Root = "controller";

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly KeyKind Name = new TextKind(
        "a name of letters, digits, '-', '_' and '.'", text => text.Length <= 63 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.'));
    private static readonly KeyKind Boolean = new BooleanKind();
    private static readonly KeyKind Text = new TextKind();
    private static readonly KeyKind Number = new TextKind("a number as it is dialled, such as 112", text => text.Length <= 15 && text.All(c => char.IsAsciiDigit(c) || c is '*' or '#' or '+'));
    private static readonly KeyKind HeaderName = new TextKind("the name of a header field", text => text.All(c => char.IsAsciiLetterOrDigit(c) || "-.!%*_+`'~".Contains(c, StringComparison.Ordinal)));
    private static readonly KeyKind File = new TextKind("the path of a file");
    private static readonly KeyKind Secret = new SecretKind();
    private static readonly KeyKind Address = new AddressKind();

    public static ImmutableArray<Key> Rows { get; } =
    [
        new("node.id", new IntegerKind(1, 255), "1"),
        new("node.name", Name, "sbc1"),
        new("node.roles", new ListKind(new ChoiceKind(["edge", "actors"])), "[edge, actors]"),
        new("node.data-dir", new TextKind("the path of a directory"), "data"),

        new("journal.kind", new ChoiceKind(["sqlite", "postgres"]), "sqlite"),
        new("journal.sqlite.file", File, null),
        new("journal.postgres.connection", Secret, "\"Host=127.0.0.1;Port=5432;Username=controller;Database=controller\"") { IsSecret = true },
        new("journal.postgres.allow-single", Boolean, "false"),

        new("cluster.link.listen", Address, "\"127.0.0.1:7601\""),
        new("cluster.link.advertise", new HostPortKind(), "\"127.0.0.1:7601\""),
        new("cluster.shards", new IntegerKind(1, 4096), "256"),
        new("cluster.heartbeat", new DurationKind(TimeSpan.FromMilliseconds(10), 10 * Second), "200ms"),
        new("cluster.suspect-after", new DurationKind(TimeSpan.FromMilliseconds(50), 60 * Second), "1s"),
        new("cluster.trust", new DurationKind(TimeSpan.FromMilliseconds(50), 60 * Second), "700ms"),
        new("cluster.rebalance-after", new DurationKind(TimeSpan.Zero, Day), "10s"),
        new("cluster.moves-per-second", new IntegerKind(1, 1000), "20"),
        new("cluster.quarantine", new DurationKind(TimeSpan.Zero, Day), "60s"),
        new("cluster.addresses[].address", new PrefixKind(), null) { IsRequired = true },
        new("cluster.addresses[].device", Name, null) { IsRequired = true },

        new("engine.loops", new IntegerKind(0, 256), "0"),

        new("limits.max-header-bytes", new SizeKind(1024, 1 << 20), "32KiB"),
        new("limits.max-body-bytes", new SizeKind(1024, 16 << 20), "64KiB"),
        new("limits.tcp-connections", new IntegerKind(1, 1_000_000), "10000"),
        new("limits.tcp-idle", new DurationKind(10 * Second, 7 * Day), "65m"),

        new("realms.*.trust", new ChoiceKind(["untrusted", "trusted"]), "untrusted"),
        new("realms.*.authenticate-calls", Boolean, "false"),
        new("realms.*.topology", new ChoiceKind(["hide", "pass"]), "hide"),
        new("realms.*.refer", new ChoiceKind(["pass", "terminate", "refuse"]), "pass"),
        new("realms.*.unknown-headers", new ChoiceKind(["pass", "drop"]), "pass"),

        new("realms.*.charging-vector", new ChoiceKind(["pass", "create"]), "pass"),
        .. BoundaryKeys.Of("realms.*"),

        new("listeners[].realm", Name, null) { IsRequired = true },
        new("listeners[].transport", new ChoiceKind(["udp", "tcp"], ["tls", "ws", "wss"]), null) { IsRequired = true },
        new("listeners[].listen", Address, null) { IsRequired = true },
        new("listeners[].advertise", new HostPortKind(), null),

        new("registrar.domains", new ListKind(new DomainKind()), "[]"),
        new("registrar.authenticate", Boolean, "true"),
        new("registrar.digest-realm", new TextKind("a text without '\"' and '\\'", text => !text.AsSpan().ContainsAny('"', '\\')), null),
        new("registrar.algorithms", new ListKind(new ChoiceKind(["md5", "sha-256"])), "[md5]"),
        new("registrar.min-expires", new DurationKind(Second, Day), "60s"),
        new("registrar.default-expires", new DurationKind(Second, Day), "3600s"),
        new("registrar.max-expires", new DurationKind(Second, 365 * Day), "3600s"),
        new("registrar.max-bindings", new IntegerKind(1, 1000), "10"),
        new("registrar.users.*.password", Secret, null) { IsRequired = true, IsSecret = true },
        new("registrar.users.*.identities", new ListKind(new TextKind("the user part of a SIP URI, such as \"+4930123456\"", IsUserPart)), null),

        new("trunks.*.realm", Name, null) { IsRequired = true },
        new("trunks.*.endpoints[].uri", new SipTargetKind(), null) { IsRequired = true },
        new("trunks.*.endpoints[].priority", new IntegerKind(0, 65535), "1"),
        new("trunks.*.endpoints[].weight", new IntegerKind(0, 65535), "1"),
        new("trunks.*.identify.addresses", new ListKind(new NetworkKind(), orOne: true), "[]"),
        new("trunks.*.identify.users", new ListKind(Text, orOne: true), "[]"),
        new("trunks.*.register[].aor", new TextKind("an address-of-record, such as \"sip:49301234@carrier.test\"", IsAddressOfRecord), null) { IsRequired = true },
        new("trunks.*.register[].registrar", new SipTargetKind(), null),
        new("trunks.*.register[].contact-user", new TextKind("the user part of a SIP URI, such as \"49301234\"", text => text.All(char.IsAscii) && IsUserPart(text)), null),
        new("trunks.*.register[].expires", new DurationKind(60 * Second, 7 * Day), "1h"),
        new("trunks.*.register[].credentials.user", Text, null),
        new("trunks.*.register[].credentials.password", Secret, null) { IsSecret = true },
        new("trunks.*.health.options-every", new DurationKind(TimeSpan.Zero, Day), "0s"),
        new("trunks.*.health.down-after", new IntegerKind(1, 100), "3"),
        new("trunks.*.health.up-after", new IntegerKind(1, 100), "1"),
        new("trunks.*.limits.calls", new IntegerKind(0, 10_000_000), null),
        new("trunks.*.limits.calls-per-second", new NumberKind(0.001, 1_000_000), null),
        new("trunks.*.retry-on", new ListKind(new IntegerKind(300, 699)), "[408, 500, 502, 503, 504]"),
        new("trunks.*.ring-timeout", new DurationKind(Second, Hour), "180s"),
        new("trunks.*.try-timeout", new DurationKind(TimeSpan.FromMilliseconds(100), Hour), "4s"),
        new("trunks.*.max-udp-length", new IntegerKind(200, 65_507), "1300"),
        new("trunks.*.refer", new ChoiceKind(["pass", "terminate", "refuse"]), null),
        new("trunks.*.redirect", new ChoiceKind(["map", "pass", "follow"]), "map"),
        new("trunks.*.credentials.user", Text, null),
        new("trunks.*.credentials.password", Secret, null) { IsSecret = true },

        .. BoundaryKeys.Of("trunks.*"),

        new("number-plans.*.country", new DigitsKind(1, 3), null) { IsRequired = true },
        new("number-plans.*.international-prefix", new DigitsKind(0, 8), "\"00\""),
        new("number-plans.*.national-prefix", new DigitsKind(0, 8), "\"0\""),
        new("number-plans.*.private", new ListKind(new LinearPatternKind(whole: true)), "[]"),
        new("number-plans.*.tests[].given", Text, null) { IsRequired = true },
        new("number-plans.*.tests[].expect", Text, null) { IsRequired = true },

        new("routing.time-zone", new ZoneKind(), "UTC"),
        new("routing.quality.window", new DurationKind(60 * Second, Day), "15m"),
        new("routing.quality.min-samples", new IntegerKind(1, 1_000_000), "30"),
        new("tables.*.file", File, null) { IsRequired = true },
        new("emergency.numbers", new ListKind(Number, orOne: true), "[]"),
        new("emergency.to", new ListKind(Name, orOne: true), "[]"),
        new("emergency.retry-on", new ListKind(new IntegerKind(300, 699)), "[403, 404, 408, 480, 484, 488, 500, 501, 502, 503, 504, 580]"),

        new("resolver.servers", new ListKind(new NameServerKind()), "[]"),
        new("resolver.timeout", new DurationKind(TimeSpan.FromMilliseconds(50), 10 * Second), "1s"),
        new("resolver.tries", new IntegerKind(1, 10), "3"),
        new("resolver.cache.max", new IntegerKind(1, 1_000_000), "10000"),
        new("resolver.cache.min-ttl", new DurationKind(TimeSpan.Zero, Hour), "1s"),
        new("resolver.cache.max-ttl", new DurationKind(TimeSpan.Zero, 7 * Day), "1h"),
        new("resolver.cache.negative-ttl", new DurationKind(TimeSpan.Zero, Hour), "60s"),
        new("resolver.blacklist-unreachable", new DurationKind(TimeSpan.Zero, Day), "10s"),
        new("resolver.blacklist-max", new DurationKind(TimeSpan.Zero, Day), "5m"),

        new("routes[].name", Text, null) { IsRequired = true },
        new("routes[].match.domain", new DomainKind(), null),
        new("routes[].match.registered", Boolean, null),
        new("routes[].match.from-realm", Name, null),
        new("routes[].match.from-trunk", Name, null),
        new("routes[].match.user", new PatternKind(), null),
        new("routes[].match.prefix", new ListKind(new TextKind("the beginning of a user part, such as \"+49\""), orOne: true), null),
        new("routes[].match.method", new ListKind(new ChoiceKind(["INVITE", "MESSAGE", "OPTIONS", "PUBLISH", "SUBSCRIBE", "NOTIFY"]), orOne: true), null),
        new("routes[].match.headers[].name", HeaderName, null) { IsRequired = true },
        new("routes[].match.headers[].present", Boolean, "true"),
        new("routes[].match.headers[].matches", new PatternKind(isLinear: true), null),
        new("routes[].match.time.days", new ListKind(new ChoiceKind(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), orOne: true), null),
        new("routes[].match.time.from", new TimeOfDayKind(), null),
        new("routes[].match.time.to", new TimeOfDayKind(), null),
        new("routes[].rewrite.user", Text, null),
        new("routes[].to", new TextKind("registered, the name of a trunk, a list of { trunk, weight }, or { table }"), null) { IsRequired = true },
        new("routes[].to[].trunk", Name, null) { IsRequired = true },
        new("routes[].to[].weight", new IntegerKind(0, 65535), "1"),
        new("routes[].to[].priority", new IntegerKind(0, 65535), "1"),
        new("routes[].to[].quota", new NumberKind(0.01, 100), null),
        new("routes[].to.table", Name, null) { IsRequired = true },
        new("routes[].to.order", new ChoiceKind(["price", "file", "quality"]), "price"),
        new("routes[].order", new ChoiceKind(["shares", "quality"]), "shares"),
        new("routes[].retry-on", new ListKind(new IntegerKind(300, 699)), null),
        new("routes[].budget", new DurationKind(Second, Hour), null),
        new("routes[].max-attempts", new IntegerKind(1, 1000), null),
        new("routes[].tests[].given.uri", Text, null),
        new("routes[].tests[].given.realm", Name, null),
        new("routes[].tests[].given.source", Address, null),
        new("routes[].tests[].given.user", Text, null),
        new("routes[].tests[].given.method", Text, null),
        new("routes[].tests[].given.headers", new ListKind(Text), null),
        new("routes[].tests[].given.at", new MomentKind(), null),
        new("routes[].tests[].given.registered", Boolean, null),
        new("routes[].tests[].expect.route", Text, null),
        new("routes[].tests[].expect.trunk", Name, null),
        new("routes[].tests[].expect.uri", Text, null),
        new("routes[].tests[].expect.status", new IntegerKind(400, 699), null),
        new("routes[].tests[].expect.registered", Boolean, null),

        new("calls.max-duration", new DurationKind(Second, 30 * Day), "12h"),
        new("calls.no-answer", new DurationKind(Second, Hour), "180s"),
        new("calls.session-expires", new DurationKind(90 * Second, Day), "1800s"),
        new("calls.min-se", new DurationKind(90 * Second, Day), "90s"),

        new("media.mode", new ChoiceKind(["bypass"], ["rtpengine"]), "bypass"),
        new("media.rtpengine.nodes", new ListKind(new TextKind("the address of an rtpengine, such as \"udp:127.0.0.1:2223\"", IsNode)), "[]"),

        new("admin.listen", Address, "\"127.0.0.1:8080\""),
        new("admin.token", Secret, null) { IsSecret = true },
        new("cdr.file", File, null),
        new("log.level", new ChoiceKind(["trace", "debug", "info", "warn", "error"]), "info"),
    ];

    public static KeyNode Tree { get; } = BuildTree();

    /// <summary>Whether the running node takes a new value without a restart: what the settings snapshot holds, but for the listeners.</summary>
    public static bool IsLive(string path)
        => path.Split('.', '[')[0] is "realms" or "registrar" or "trunks" or "number-plans" or "routes" or "calls" or "routing" or "tables" or "emergency";

    private static bool IsUserPart(string text)
        => SipUri.TryParse(System.Text.Encoding.UTF8.GetBytes($"sip:{text}@host"), out SipUri uri) && uri.User.Length == text.Length;

    private static bool IsAddressOfRecord(string text)
        => text.All(char.IsAscii) && SipUri.TryParse(System.Text.Encoding.ASCII.GetBytes(text), out SipUri uri) && uri.Scheme == UriScheme.Sip && uri.User.Length > 0
            && uri.Port == 0 && uri.Parameters.IsEmpty && uri.Headers.IsEmpty && !text.AsSpan().ContainsAny('<', '>', ' ');

    private static bool IsNode(string text)
        => text.StartsWith("udp:", StringComparison.Ordinal) && HostPortKind.TrySplit(text[4..], out _, out int? port) && port > 0;

    private static KeyNode BuildTree()
    {
        var tree = new KeyNode("");
        foreach (Key key in Rows)
        {
            tree.Add(key);
        }

        return tree;
    }
}
