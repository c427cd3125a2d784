using Controller.Actors.Routing.Codecs;

namespace Controller.Host.Configuration.Keys;

/// <summary>The keys of numbers and headers, the same for a trunk and for a realm.</summary>
internal static class BoundaryKeys
{
    private static readonly KeyKind Text = new TextKind();
    private static readonly KeyKind HeaderName = new TextKind("the name of a header", IsToken);
    private static readonly KeyKind Codec = new TextKind("the name of a codec, such as PCMA, opus/48000 or video/H264", text => CodecPattern.Parse(text) is { IsAny: false });
    private static readonly KeyKind Denied = new TextKind("the name of a codec, such as PCMA, opus/48000 or video/H264, or video/* for all", text => CodecPattern.Parse(text) is not null);
    private static readonly KeyKind Direction = new ChoiceKind(["in", "out"]);
    private static readonly KeyKind Status = new IntegerKind(400, 699);
    private static readonly KeyKind Cause = new IntegerKind(1, 127);
    private static readonly string[] Methods = ["INVITE", "BYE", "OPTIONS", "INFO", "UPDATE", "MESSAGE", "REFER", "NOTIFY", "SUBSCRIBE", "PRACK", "PUBLISH"];

    /// <param name="owner">"trunks.*" or "realms.*".</param>
    public static IEnumerable<Key> Of(string owner) =>
    [
        new(owner + ".numbers.plan", Text, null),
        new(owner + ".numbers.form", new ChoiceKind(["as-is", "e164", "national", "international"]), "as-is"),
        new(owner + ".numbers.uri", new ChoiceKind(["as-is", "sip", "tel"]), "as-is"),
        new(owner + ".numbers.user-phone", new ChoiceKind(["as-is", "add", "remove"]), "as-is"),
        new(owner + ".numbers.tests[].direction", Direction, null) { IsRequired = true },
        new(owner + ".numbers.tests[].given", Text, null) { IsRequired = true },
        new(owner + ".numbers.tests[].expect", Text, null) { IsRequired = true },
        .. Rule(owner + ".headers.in[]"),
        .. Rule(owner + ".headers.out[]"),
        new(owner + ".headers.tests[].direction", Direction, null) { IsRequired = true },
        new(owner + ".headers.tests[].method", new ChoiceKind(Methods), "INVITE"),
        new(owner + ".headers.tests[].status", new IntegerKind(100, 699), null),
        new(owner + ".headers.tests[].uri", Text, "\"sip:+4930123456@example.test\""),
        new(owner + ".headers.tests[].given", new ListKind(Text), null) { IsRequired = true },
        new(owner + ".headers.tests[].expect", new ListKind(Text), null) { IsRequired = true },
        .. Refusal(owner + ".refusals.in[]"),
        .. Refusal(owner + ".refusals.out[]"),
        new(owner + ".refusals.tests[].direction", Direction, null) { IsRequired = true },
        new(owner + ".refusals.tests[].status", Status, null) { IsRequired = true },
        new(owner + ".refusals.tests[].cause", Cause, null),
        new(owner + ".refusals.tests[].expect-status", Status, null) { IsRequired = true },
        new(owner + ".refusals.tests[].expect-cause", Cause, null),
        .. Causes(owner + ".causes.in[]"),
        .. Causes(owner + ".causes.out[]"),
        new(owner + ".causes.tests[].direction", Direction, null) { IsRequired = true },
        new(owner + ".causes.tests[].cause", Cause, null) { IsRequired = true },
        new(owner + ".causes.tests[].expect-cause", Cause, null) { IsRequired = true },
        .. Codecs(owner + ".codecs.in"),
        .. Codecs(owner + ".codecs.out"),
        new(owner + ".codecs.tests[].direction", Direction, null) { IsRequired = true },
        new(owner + ".codecs.tests[].given", new ListKind(Codec), null) { IsRequired = true },
        new(owner + ".codecs.tests[].expect", new ListKind(Codec), null) { IsRequired = true },
    ];

    private static IEnumerable<Key> Causes(string row) =>
    [
        new(row + ".cause", Cause, null),
        new(row + ".to-cause", Cause, null) { IsRequired = true },
    ];

    private static IEnumerable<Key> Codecs(string direction) =>
    [
        new(direction + ".allow", new ListKind(Codec), "[]"),
        new(direction + ".deny", new ListKind(Denied), "[]"),
        new(direction + ".order", new ListKind(Codec), "[]"),
    ];

    private static IEnumerable<Key> Refusal(string row) =>
    [
        new(row + ".status", Status, null),
        new(row + ".cause", Cause, null),
        new(row + ".to-status", Status, null),
        new(row + ".to-cause", Cause, null),
    ];

    private static IEnumerable<Key> Rule(string rule) =>
    [
        new(rule + ".action", new ChoiceKind(["add", "set-if-absent", "remove", "replace", "copy"]), null) { IsRequired = true },
        new(rule + ".header", HeaderName, null) { IsRequired = true },
        new(rule + ".value", Text, null),
        new(rule + ".match", new LinearPatternKind(), null),
        new(rule + ".from", HeaderName, null),
        new(rule + ".part", new ChoiceKind(["whole", "uri", "user", "host", "display-name", "parameter"]), "whole"),
        new(rule + ".parameter", HeaderName, null),
        new(rule + ".when.methods", new ListKind(new ChoiceKind(Methods)), "[]"),
        new(rule + ".when.statuses", new ListKind(new IntegerKind(101, 699)), "[]"),
        new(rule + ".when.message", new ChoiceKind(["any", "request", "response"]), "any"),
        new(rule + ".when.header", HeaderName, null),
        new(rule + ".when.matches", new LinearPatternKind(), null),
    ];

    // token = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~" ), RFC 3261 section 25.1.
    private static bool IsToken(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || "-.!%*_+`'~".Contains(c, StringComparison.Ordinal));
}
