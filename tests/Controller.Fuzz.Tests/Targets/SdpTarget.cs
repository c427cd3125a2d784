using Controller.Actors.Routing.Boundaries;
using Controller.Actors.Routing.Codecs;
using Controller.Sip.Sdp;
using Controller.Sip.Topology;

namespace Controller.Fuzz.Tests.Targets;

internal sealed class SdpTarget : Target
{
    private static readonly TopologyHiding Nothing = new("203.0.113.1", new HashSet<string>());

    /// <summary>Of the codecs that the seeds name, some go and some come first.</summary>
    private static readonly CodecFilter[] s_filters =
    [
        Out(new CodecRules { Deny = [CodecPattern.Parse("PCMU")!, CodecPattern.Parse("video/*")!], Order = [CodecPattern.Parse("telephone-event")!] }),
        Out(new CodecRules { Allow = [CodecPattern.Parse("PCMU")!, CodecPattern.Parse("video/H264")!], Order = [CodecPattern.Parse("video/H264")!] }),
    ];

    public override string Name => "sdp";

    public override byte[] Next(Random random) => Mutation.Of(Seeds.Sdps[random.Next(Seeds.Sdps.Length)], Seeds.Sdps, random);

    private static CodecFilter Out(CodecRules rules) => CodecFilter.Between(BoundaryRules.None, new BoundaryRules { CodecsOut = rules });

    public override void Run(byte[] input)
    {
        _ = SdpBody.TryParse(input, out _);
        byte[] hidden = SdpHiding.Rewrite(input, Nothing).ToArray();
        Check(SdpHiding.Rewrite(hidden, Nothing).SequenceEqual(hidden), "what is hidden stays hidden");
        byte[] ours = SdpRewrite.Origin(hidden, "203.0.113.1", 7, 8);
        Check(SdpRewrite.Origin(ours, "203.0.113.1", 7, 8).AsSpan().SequenceEqual(ours), "our origin line is ours");
        foreach (CodecFilter filter in s_filters)
        {
            ReadOnlySpan<byte> limited = filter.Apply(input, isOffer: true);
            Check(filter.Apply(limited, isOffer: true).SequenceEqual(limited), "what is limited stays limited");
            Check(SdpSyntax.IsReadable(limited) || !SdpSyntax.IsReadable(input), "a description stays one");
        }
    }
}
