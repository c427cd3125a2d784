using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Codecs;
using Controller.Sip.Sdp;

namespace Controller.Host.Configuration.Binding;

/// <summary>Second pass: which codecs descriptions of a trunk or a realm may name, and what their tests say.</summary>
internal static class CodecBinding
{
    /// <param name="path">Of one direction.</param>
    public static CodecRules Rules(KnownValues known, string path)
    {
        var rules = new CodecRules { Allow = Patterns(known, path + ".allow"), Deny = Patterns(known, path + ".deny"), Order = Patterns(known, path + ".order") };
        if (!rules.Allow.IsEmpty && !rules.Deny.IsEmpty)
        {
            known.Report(path, "allows and denies; expected allow or deny");
        }

        foreach (CodecPattern pattern in rules.Order)
        {
            if (!rules.Permits(pattern.Kind, new SdpFormat("", pattern.Encoding, pattern.ClockRate, "")) && !rules.Allow.Any(allowed => IsPart(allowed, pattern)))
            {
                known.Report(path + ".order", $"{Text(pattern)} is not there to be put into order; expected what {(rules.Deny.IsEmpty ? "allow" : "deny")} leaves");
            }
        }

        return rules;
    }

    public static void Check(KnownValues known, string path, BoundaryRules rules)
    {
        for (int i = 0; i < known.Count(path); i++)
        {
            string test = $"{path}[{i}]";
            if (known.Find<string>(test + ".direction") is not { } direction || known.Find<object[]>(test + ".given") is not { } given || known.Find<object[]>(test + ".expect") is not { } expected)
            {
                continue;
            }

            CodecFilter filter = direction == "in" ? CodecFilter.Between(rules, BoundaryRules.None) : CodecFilter.Between(BoundaryRules.None, rules);
            string actual = string.Join(", ", Left(filter, [.. given.Cast<string>()]));
            string wanted = string.Join(", ", expected.Cast<string>());
            if (actual != wanted)
            {
                known.Report(test, $"the test fails: {direction}, [{string.Join(", ", given)}] becomes [{actual}]; expected [{wanted}]");
            }
        }
    }

    private static ImmutableArray<CodecPattern> Patterns(KnownValues known, string path) =>
        [.. known.Get<object[]>(path, []).Cast<string>().Select(CodecPattern.Parse).OfType<CodecPattern>()];

    /// <summary>"order = [opus]" is of "allow = [opus/48000]" as well.</summary>
    private static bool IsPart(CodecPattern allowed, CodecPattern ordered) =>
        ordered.ClockRate == 0 && allowed.Kind == ordered.Kind && allowed.Encoding.Equals(ordered.Encoding, StringComparison.OrdinalIgnoreCase);

    private static string Text(CodecPattern pattern) => (pattern.Kind == "audio" ? "" : pattern.Kind + "/") + pattern.Encoding + (pattern.ClockRate == 0 ? "" : $"/{pattern.ClockRate}");

    /// <summary>What the rules leave of an offer of these codecs, by the names that the test gives them.</summary>
    private static IEnumerable<string> Left(CodecFilter filter, string[] names)
    {
        byte[] offer = Offer(names);
        if (filter.Refuses(offer))
        {
            return [];
        }

        return SdpFormats.Media(filter.Apply(offer, isOffer: true)).OfType<SdpMedia>().Where(media => !media.IsOff)
            .SelectMany(media => media.Formats, (_, payload) => names[int.Parse(payload, CultureInfo.InvariantCulture)]);
    }

    /// <summary>The payload type of each name is its place, and no static one: every name is mapped.</summary>
    private static byte[] Offer(string[] names)
    {
        var text = new StringBuilder("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n");
        foreach (var stream in names.Select((name, place) => (Codec: CodecPattern.Parse(name)!, Place: place)).GroupBy(one => one.Codec.Kind))
        {
            text.Append(CultureInfo.InvariantCulture, $"m={stream.Key} 40000 RTP/AVP {string.Join(' ', stream.Select(one => one.Place))}\r\n");
            foreach ((CodecPattern codec, int place) in stream)
            {
                int clockRate = codec.ClockRate > 0 ? codec.ClockRate : stream.Key == "audio" ? 8000 : 90000;
                text.Append(CultureInfo.InvariantCulture, $"a=rtpmap:{place} {codec.Encoding}/{clockRate}\r\n");
            }
        }

        return Encoding.ASCII.GetBytes(text.ToString());
    }
}
