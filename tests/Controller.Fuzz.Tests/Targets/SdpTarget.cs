using Controller.Sip.Sdp;
using Controller.Sip.Topology;

namespace Controller.Fuzz.Tests.Targets;

internal sealed class SdpTarget : Target
{
    private static readonly TopologyHiding Nothing = new("203.0.113.1", new HashSet<string>());

    public override string Name => "sdp";

    public override byte[] Next(Random random) => Mutation.Of(Seeds.Sdps[random.Next(Seeds.Sdps.Length)], Seeds.Sdps, random);

    public override void Run(byte[] input)
    {
        _ = SdpBody.TryParse(input, out _);
        byte[] hidden = SdpHiding.Rewrite(input, Nothing);
        Check(SdpHiding.Rewrite(hidden, Nothing).AsSpan().SequenceEqual(hidden), "what is hidden stays hidden");
        byte[] ours = SdpRewrite.Origin(hidden, "203.0.113.1", 7, 8);
        Check(SdpRewrite.Origin(ours, "203.0.113.1", 7, 8).AsSpan().SequenceEqual(ours), "our origin line is ours");
    }
}
